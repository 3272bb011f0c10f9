package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * A secret in a file that only its owner may read: a label line, the 32 bytes, and eight bytes of a
 * digest that tell damage from a wrong file. Other providers write files of their own form by it.
 */
public final class KeyFile {
  private static final int MAX_FILE = 4096;
  private static final int CHECK = 8;
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private KeyFile() {}

  /** Writes a new file with the bytes of {@code secret} in the clear. */
  static void create(Path file, String label, Secret secret) throws IOException {
    byte[] head = head(label);
    byte[] content =
        secret.use(key ->
            ByteBuffer.allocate(head.length + key.length + CHECK)
                .put(head)
                .put(key)
                .put(check(head, key), 0, CHECK)
                .array());
    write(file, content);
    Arrays.fill(content, (byte) 0);
  }

  /** Reads what {@link #create} wrote. */
  static Secret read(Path file, String label) throws IOException, BadInput {
    byte[] content = content(file);
    byte[] head = head(label);
    byte[] key = new byte[0];
    try {
      if (content.length != head.length + Secret.KEY_LENGTH + CHECK || !starts(content, head)) {
        throw new BadInput(name(file) + " is not a \"" + label + "\" file");
      }
      key = Arrays.copyOfRange(content, head.length, head.length + Secret.KEY_LENGTH);
      int at = head.length + Secret.KEY_LENGTH;
      if (!Arrays.equals(content, at, at + CHECK, check(head, key), 0, CHECK)) {
        throw new BadInput(name(file) + " is damaged: its check bytes do not match");
      }
      return Secret.take(key);
    } finally {
      Arrays.fill(content, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * The whole file, if nobody but its owner may touch it.
   *
   * @throws BadInput if others may
   */
  public static byte[] content(Path file) throws IOException, BadInput {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.stream().anyMatch(OTHERS::contains)) {
      throw new BadInput(
          name(file)
              + " has permissions "
              + PosixFilePermissions.toString(permissions)
              + "; a key file must be rw-------");
    }
    return Bounded.read(file, MAX_FILE);
  }

  /** Writes a new file, durably; if writing fails, none is left. */
  public static void write(Path file, byte[] content) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel out =
        FileChannel.open(
            file,
            options,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      try {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
          out.write(rest);
        }
        out.force(true);
        forceDirectory(file);
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }
  }

  /** Removes a file durably, if there is one. */
  public static void remove(Path file) throws IOException {
    Files.deleteIfExists(file);
    forceDirectory(file);
  }

  private static void forceDirectory(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  /**
   * Overwrites the file, then removes it, durably. On a disk that writes elsewhere (flash,
   * copy-on-write), and in a backup, the bytes may survive; only a device can promise more.
   */
  static void erase(Path file) throws KeyUnavailable {
    try {
      int length = Math.toIntExact(Math.min(Files.size(file), MAX_FILE));
      try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(length);
        while (zeros.hasRemaining()) {
          out.write(zeros);
        }
        out.force(true);
      }
      remove(file);
    } catch (IOException e) {
      throw new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE, name(file) + " could not be erased; it may still exist", e);
    }
  }

  static byte[] head(String label) {
    return (label + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  static boolean starts(byte[] content, byte[] head) {
    return content.length >= head.length
        && Arrays.equals(content, 0, head.length, head, 0, head.length);
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** A digest of key material: its first bytes say nothing useful about 256 random bits. */
  private static byte[] check(byte[] head, byte[] key) {
    byte[] both = ByteBuffer.allocate(head.length + key.length).put(head).put(key).array();
    byte[] digest = Digest.of(both).bytes();
    Arrays.fill(both, (byte) 0);
    return digest;
  }
}
