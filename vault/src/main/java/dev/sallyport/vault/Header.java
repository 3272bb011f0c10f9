package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The content of {@code model.json} (spec/sealed-weights.md §6). Names, sizes and origins in it are
 * claims: the manifest's signature covers the names, FLOE's associated data all three.
 *
 * @param data the data key under the root key, base64
 * @param carryKey the carry key under the root key, base64
 */
record Header(
    ModelName model,
    long version,
    FloeParams params,
    List<File> files,
    String data,
    Optional<String> carryKey,
    Json.Obj bundle) {
  static final String FILE = "model.json";

  /** Room for 10,000 files with long names. */
  static final int MAX_LENGTH = 64 << 20;

  private static final String FORMAT = "https://sallyport.dev/sealed-model/v1";
  private static final long MAX_SIZE = 1L << 50;

  /** A file as the header tells of it. */
  record File(String name, long size, Optional<SealedFile.Carried> carried) {
    private Json toJson() {
      Json.Builder json = Json.obj().put("name", name).put("size", size);
      carried.ifPresent(c -> json.put("from", c.toJson()));
      return json.build();
    }

    private static File parse(Json.Obj json) throws BadInput {
      String name = FileNames.checkRelative(json.only("name", "size", "from").string("name"));
      long size = json.integer("size");
      if (size < 0 || size > MAX_SIZE) {
        throw new BadInput("file size " + size + " is out of range");
      }
      boolean carried = json.find("from").isPresent();
      return new File(
          name,
          size,
          carried ? Optional.of(SealedFile.Carried.parse(json.object("from"))) : Optional.empty());
    }
  }

  Header {
    files = List.copyOf(files);
  }

  List<String> names() {
    return files.stream().map(File::name).toList();
  }

  byte[] wrapped() {
    return Base64.getDecoder().decode(data);
  }

  Optional<byte[]> carry() {
    return carryKey.map(Base64.getDecoder()::decode);
  }

  byte[] canonical() {
    Json.Builder json =
        Json.obj()
            .put("format", FORMAT)
            .put("model", model.value())
            .put("version", version)
            .put("segment", params.segmentLength())
            .put("files", Json.arr(files.stream().map(File::toJson).toList()))
            .put("wrapped", data)
            .put("bundle", bundle);
    carryKey.ifPresent(key -> json.put("carry", key));
    return json.build().canonical();
  }

  static Header parse(byte[] utf8) throws BadInput {
    Json.Obj json =
        Json.parseObject(utf8)
            .only("format", "model", "version", "segment", "files", "wrapped", "carry", "bundle");
    if (!json.string("format").equals(FORMAT)) {
      throw new BadInput("format is not " + FORMAT);
    }
    List<File> files = new ArrayList<>();
    for (Json.Obj file : json.objects("files")) {
      files.add(File.parse(file));
    }
    boolean carries = json.find("carry").isPresent();
    if (carries != files.stream().anyMatch(f -> f.carried().isPresent())) {
      throw new BadInput("a carry key belongs to files of earlier versions, and to nothing else");
    }
    return new Header(
        ModelName.parse(json.string("model")),
        version(json.integer("version")),
        FloeParams.ofSegment(json.integer("segment")),
        files,
        encoded(json, "wrapped"),
        carries ? Optional.of(encoded(json, "carry")) : Optional.empty(),
        json.object("bundle"));
  }

  private static String encoded(Json.Obj json, String name) throws BadInput {
    var _ = json.base64(name);
    return json.string(name);
  }

  /** A version that is a positive integer. */
  static long version(long claimed) throws BadInput {
    if (claimed < 1) {
      throw new BadInput("version " + claimed + " is not a positive integer");
    }
    return claimed;
  }
}
