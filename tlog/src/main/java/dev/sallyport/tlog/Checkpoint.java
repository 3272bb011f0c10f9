package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.Base64;

/**
 * The text of a checkpoint (C2SP tlog-checkpoint): origin, size, root. It has no extension lines:
 * they are not auditable, and our log writes none.
 */
public record Checkpoint(String origin, long size, Digest root) {
  public Checkpoint {
    if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0) {
      throw new IllegalArgumentException("internal error: checkpoint without origin or size");
    }
  }

  public TreeHead head() {
    return new TreeHead(size, root);
  }

  /** Three lines, each with its newline. */
  public String text() {
    return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root.bytes()) + "\n";
  }

  /** Reads the text; only the one form that {@link #text} writes is accepted. */
  static Checkpoint parse(String text) throws BadInput {
    String[] lines = text.split("\n", -1);
    if (lines.length != 4 || lines[0].isEmpty() || !lines[3].isEmpty()) {
      throw new BadInput("checkpoint is not three lines: origin, size, root");
    }
    try {
      Digest root = Digest.fromBytes(Base64.getDecoder().decode(lines[2]));
      Checkpoint read = new Checkpoint(lines[0], parseSize(lines[1]), root);
      if (read.text().equals(text)) {
        return read;
      }
    } catch (IllegalArgumentException e) {
      throw new BadInput("root of the checkpoint is not base64", e);
    }
    throw new BadInput("root of the checkpoint is not strict base64");
  }

  private static long parseSize(String line) throws BadInput {
    if (!line.matches("0|[1-9][0-9]{0,17}")) {
      throw new BadInput("checkpoint size \"" + Json.clip(line) + "\" is not a decimal count");
    }
    return Long.parseLong(line);
  }
}
