package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeParams;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of {@code model.json} (spec/sealed-weights.md §6). Names and sizes in it are claims:
 * the manifest's signature covers the names, FLOE's associated data the sizes.
 */
record Header(
    ModelName model,
    long version,
    List<String> names,
    List<Long> sizes,
    Json wrapped,
    Json.Obj bundle) {
  static final String FILE = "model.json";
  static final int MAX_LENGTH = 4 << 20;

  private static final String FORMAT = "https://sallyport.dev/sealed-model/v1";
  private static final long MAX_SIZE = 1L << 50;

  Header {
    names = List.copyOf(names);
    sizes = List.copyOf(sizes);
  }

  byte[] canonical() {
    List<Json> files = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      files.add(Json.obj().put("name", names.get(i)).put("size", sizes.get(i)).build());
    }
    return Json.obj()
        .put("format", FORMAT)
        .put("model", model.value())
        .put("version", version)
        .put("segment", FloeParams.SEALED.segmentLength())
        .put("files", Json.arr(files))
        .put("wrapped", wrapped)
        .put("bundle", bundle)
        .build()
        .canonical();
  }

  static Header parse(byte[] utf8) throws BadInput {
    Json.Obj json =
        Json.parseObject(utf8)
            .only("format", "model", "version", "segment", "files", "wrapped", "bundle");
    if (!json.string("format").equals(FORMAT)
        || json.integer("segment") != FloeParams.SEALED.segmentLength()) {
      throw new BadInput("format is not " + FORMAT + " with segments of 1 MiB");
    }
    List<String> names = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (Json.Obj file : json.objects("files")) {
      names.add(FileNames.checkRelative(file.only("name", "size").string("name")));
      long size = file.integer("size");
      if (size < 0 || size > MAX_SIZE) {
        throw new BadInput("file size " + size + " is out of range");
      }
      sizes.add(size);
    }
    json.base64("wrapped");
    return new Header(
        ModelName.parse(json.string("model")),
        version(json.integer("version")),
        names,
        sizes,
        json.need("wrapped"),
        json.object("bundle"));
  }

  /** A version that is a positive integer. */
  static long version(long claimed) throws BadInput {
    if (claimed < 1) {
      throw new BadInput("version " + claimed + " is not a positive integer");
    }
    return claimed;
  }
}
