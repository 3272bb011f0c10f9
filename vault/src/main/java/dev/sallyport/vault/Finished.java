package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;

/**
 * Which files of a sealing under way have their whole ciphertext on the disk, and how much of the
 * one that is being written, so that it can go on after an interruption (spec/sealed-weights.md
 * §8). Each line is authenticated under the data key: whoever can write the vault cannot have
 * another digest signed. Used by one thread.
 */
final class Finished implements AutoCloseable {
  static final String FILE = ".done";

  private static final byte[] LABEL =
      "sallyport/seal-journal/v1".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_LENGTH = 64 << 20;
  private static final long BATCH_BYTES = 32L << 20;
  private static final int BATCH_FILES = 1000;

  private final Path directory;
  private final Secret macKey;
  private final FileChannel out;
  private final Map<Integer, Json.Obj> known = new HashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private long pendingBytes;

  private record Pending(int index, Json.Obj line) {}

  private Finished(Path directory, Secret macKey, FileChannel out) {
    this.directory = directory;
    this.macKey = macKey;
    this.out = out;
  }

  /** Reads what is there, up to the first line that is torn or not ours. */
  static Finished open(Path directory, Secret dataKey) throws IOException {
    Path file = directory.resolve(FILE);
    FileChannel out =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    Finished finished = new Finished(directory, dataKey.expand(LABEL, Secret.KEY_LENGTH), out);
    long valid = finished.read(file);
    out.truncate(valid);
    out.position(valid);
    return finished;
  }

  private long read(Path file) throws IOException {
    String text;
    try {
      text = new String(Bounded.read(file, MAX_LENGTH), StandardCharsets.UTF_8);
    } catch (BadInput e) {
      return 0;
    }
    int at = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      try {
        Json.Obj line = Json.parse(text.substring(at, end)).asObject("line");
        Json.Obj fact = line.only("fact", "mac").object("fact");
        if (!mac(fact).equals(line.string("mac"))) {
          break;
        }
        known.put((int) fact.integer("index"), fact);
      } catch (BadInput e) {
        break;
      }
      at = end + 1;
    }
    return text.substring(0, at).getBytes(StandardCharsets.UTF_8).length;
  }

  /** How many files were found finished when this was opened. */
  int size() {
    return known.size();
  }

  /** The digest of a file that is finished and has not changed since. */
  Optional<Digest> digest(int index, Source.Entry entry) throws IOException {
    Json.Obj fact = known.get(index);
    Path sealed = directory.resolve(SealedFile.sealedName(index));
    if (fact == null || !Files.isRegularFile(sealed, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Digest digest = fact.digest("digest");
      return fact.equals(fact(index, entry, stamp(entry), digest))
          ? Optional.of(digest)
          : Optional.empty();
    } catch (BadInput e) {
      return Optional.empty();
    }
  }

  /** How far a file came that was not finished and whose source has not changed since. */
  Optional<Underway> underway(int index, Source.Entry entry) throws IOException {
    Json.Obj fact = known.get(index);
    if (fact == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Underway.read(fact, index, entry, stamp(entry)));
    } catch (BadInput other) {
      return Optional.empty();
    }
  }

  /** Says durably how far a ciphertext is durable. */
  void note(Underway underway) throws IOException {
    append(line(underway.fact()));
  }

  /** When a file was last changed, and which one it is; taken before it is read. */
  static String stamp(Source.Entry entry) throws IOException {
    Map<String, Object> a =
        Files.readAttributes(
            entry.path(), "unix:ino,lastModifiedTime,ctime,size", LinkOption.NOFOLLOW_LINKS);
    return a.get("ino") + " " + a.get("lastModifiedTime") + " " + a.get("ctime");
  }

  private static Json.Obj fact(int index, Source.Entry entry, String stamp, Digest digest) {
    return Json.obj()
        .put("index", index)
        .put("name", entry.name())
        .put("size", entry.size())
        .put("stamp", stamp)
        .put("digest", digest)
        .build();
  }

  /** Adds a file whose ciphertext is written; small ones are made durable in batches. */
  void add(int index, Source.Entry entry, String stamp, Digest digest) throws IOException {
    pending.add(new Pending(index, fact(index, entry, stamp, digest)));
    pendingBytes += entry.size();
    if (pendingBytes > BATCH_BYTES || pending.size() >= BATCH_FILES) {
      flush();
    }
  }

  /**
   * Makes all ciphertexts durable, then the lines about them. The first of many small files takes
   * most of the others along; one after the other they would cost a disk's latency each.
   */
  void flush() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Pending done : pending) {
      Disk.sync(directory.resolve(SealedFile.sealedName(done.index())));
      lines.append(line(done.line()));
    }
    append(lines.toString());
    pending.clear();
    pendingBytes = 0;
  }

  private String line(Json.Obj fact) {
    return Json.toString(Json.obj().put("fact", fact).put("mac", mac(fact)).build()) + '\n';
  }

  private void append(String lines) throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    Disk.write(out, bytes, bytes.length);
    out.force(true);
  }

  private String mac(Json.Obj fact) {
    try {
      return macKey.withKey(
          "HmacSHA256",
          key -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(fact.canonical()));
          });
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("internal error: every JDK has HMAC", e);
    }
  }

  @Override
  public void close() throws IOException {
    macKey.close();
    out.close();
  }
}
