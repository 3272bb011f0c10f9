package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The golden sealed models of {@code testdata/vault/golden.json}: two versions of one model, the
 * second of which uses a file of the first again, with their keys. Writes them out, changes them
 * and opens them. Other readers of the format may use the same file.
 */
final class Golden {
  static final Path FILE = Path.of("..", "testdata", "vault", "golden.json");

  private final Json.Obj json;
  private final TrustRoot root;

  private Golden(Json.Obj json) throws BadInput {
    this.json = json;
    this.root = TrustRoot.parse(Envelope.parse(json.object("trustRoot")));
  }

  static Golden of(Json.Obj json) throws BadInput {
    return new Golden(json);
  }

  static Golden read() throws IOException, BadInput {
    return new Golden(Json.parseObject(Files.readAllBytes(FILE)));
  }

  Json.Obj json() {
    return json;
  }

  /** Writes a version as it lies in a vault; returns its directory. */
  Path write(Path vault, long version) throws IOException, BadInput {
    Json.Obj files = json.object("sealed").object(Long.toString(version));
    Path directory =
        Files.createDirectories(vault.resolve(House.MODEL.value()).resolve("" + version));
    for (String name : files.members().keySet()) {
      Files.write(directory.resolve(name), files.base64(name));
    }
    return directory;
  }

  /** Opens and extracts; the digest of each file by name. */
  Map<String, String> open(Path directory, long version, Path target) throws IOException, BadInput {
    Map<String, String> plain = new TreeMap<>();
    SealedModel model = SealedModel.open(directory, root);
    try (ModelKeys keys = keys(version)) {
      model.extractTo(target, keys, (_, _) -> {});
    }
    for (SealedFile file : model.files()) {
      byte[] bytes = Files.readAllBytes(target.resolve(file.name()));
      plain.put(file.name(), Digest.of(bytes).toString());
    }
    return plain;
  }

  private ModelKeys keys(long version) throws BadInput {
    Json.Obj keys = json.object("keys").object(Long.toString(version));
    Secret data = Secret.take(HexFormat.of().parseHex(keys.string("data")));
    return keys.find("carry").isEmpty()
        ? ModelKeys.of(data)
        : ModelKeys.of(data, Secret.take(HexFormat.of().parseHex(keys.string("carry"))));
  }

  /**
   * Applies one change to a directory and returns where the model now is: {@code {"flip": FILE,
   * "at": N}}, {@code {"cut": FILE, "to": N}}, {@code {"delete": FILE}}, {@code {"add": FILE}},
   * {@code {"link": FILE}}, {@code {"swap": FILE, "with": FILE}}, {@code {"edit": TEXT, "to":
   * TEXT}} in the header, {@code {"move": VERSION}}.
   */
  static Path change(Path directory, Json.Obj change) throws IOException, BadInput {
    String kind =
        change.members().keySet().stream()
            .filter(k -> !k.equals("at") && !k.equals("to") && !k.equals("with"))
            .findFirst()
            .orElseThrow();
    Path file = directory.resolve(kind.equals("edit") ? Header.FILE : change.string(kind));
    switch (kind) {
      case "flip" -> {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) change.integer("at")] ^= 1;
        Files.write(file, bytes);
      }
      case "cut" ->
          Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) change.integer("to")));
      case "delete" -> Files.delete(file);
      case "add" -> Files.createFile(file);
      case "link" -> {
        Path elsewhere = directory.resolveSibling("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
      }
      case "swap" -> {
        Path other = directory.resolve(change.string("with"));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Files.readAllBytes(other));
        Files.write(other, bytes);
      }
      case "edit" -> {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        String edited = text.replace(change.string("edit"), change.string("to"));
        if (edited.equals(text)) {
          throw new IllegalStateException("internal error: nothing to edit: " + change);
        }
        Files.writeString(file, edited);
      }
      case "move" -> {
        return Files.move(directory, directory.resolveSibling(change.string("move")));
      }
      default -> throw new IllegalStateException("internal error: unknown change " + kind);
    }
    return directory;
  }
}
