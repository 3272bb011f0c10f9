package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * {@code wrapped.json} beside {@code model.json}: the keys under a newer root key
 * (spec/sealed-weights.md §6.1). It needs no signature: the root key authenticates what it wraps,
 * and binds it to model, version and manifest.
 */
final class Rewrapped {
  static final String FILE = "wrapped.json";
  static final String FRESH = "wrapped.json.new";
  private static final String FORMAT = "https://sallyport.dev/wrapped-key/v1";
  private static final int LIMIT = 4096;

  private final byte[] wrapped;
  private final Optional<byte[]> carry;

  Rewrapped(byte[] wrapped, Optional<byte[]> carry) {
    this.wrapped = wrapped;
    this.carry = carry;
  }

  byte[] wrapped() {
    return wrapped;
  }

  Optional<byte[]> carry() {
    return carry;
  }

  /** The newer wrapped key of a model, if it has one. */
  static Optional<Rewrapped> read(Path directory) throws IOException, BadInput {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadInput(FILE + " is not a plain file");
    }
    try {
      Json.Obj json =
          Json.parseObject(Bounded.read(file, LIMIT)).only("format", "wrapped", "carry");
      if (!json.string("format").equals(FORMAT)) {
        throw new BadInput("format is not " + FORMAT);
      }
      Optional<byte[]> carry =
          json.find("carry").isPresent() ? Optional.of(json.base64("carry")) : Optional.empty();
      return Optional.of(new Rewrapped(json.base64("wrapped"), carry));
    } catch (BadInput e) {
      throw new BadInput(FILE + ": " + e.getMessage(), e);
    }
  }

  /** Puts a newer one in place: after a crash it is the old one or this one. */
  void replace(Path directory) throws IOException {
    Json.Builder json = Json.obj().put("format", FORMAT).put("wrapped", wrapped);
    carry.ifPresent(key -> json.put("carry", key));
    byte[] content = json.build().canonical();
    Path fresh = directory.resolve(FRESH);
    Files.deleteIfExists(fresh);
    try (FileChannel out = Disk.create(fresh)) {
      Disk.write(out, content, content.length);
      out.force(true);
    }
    Files.move(
        fresh,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Disk.sync(directory);
  }
}
