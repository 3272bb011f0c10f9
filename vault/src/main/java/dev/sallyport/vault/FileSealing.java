package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.envelope.FloeDraft;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.FloeSealer;
import dev.sallyport.keys.Secret;
import dev.sallyport.vault.Workshop.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file of a run: the calling thread reads, hashes and writes, the crew encrypts. Of a file that
 * an interrupted run left half done, each segment is decrypted and compared with the source, which
 * must be read for its digest anyway; what is the same stays as it is (ADR 54).
 */
final class FileSealing {
  /** Shorter files are made durable in batches; going on within one saves nothing. */
  private static final long WORTH = 32L << 20;

  private final Workshop shop;
  private final FileChannel in;
  private final FileChannel out;
  private final MessageDigest digest = Digest.sha256();
  private final long segments;
  private Underway underway;
  private long written;

  /** What is sealed, as what, where to. */
  record Job(Path directory, ModelName model, long version, int index, Source.Entry entry) {
    Path path() {
      return directory.resolve(SealedFile.sealedName(index));
    }

    byte[] associatedData() {
      return SealedFile.associatedData(model, version, index, entry.name(), entry.size());
    }
  }

  private FileSealing(Workshop shop, FileChannel in, FileChannel out, Underway underway) {
    this.shop = shop;
    this.in = in;
    this.out = out;
    this.segments = shop.params().segments(underway.entry().size());
    this.underway = underway;
    this.written = underway.durable();
  }

  /** Seals the whole file into a new ciphertext. */
  static Digest whole(Workshop shop, Job job, Secret key) throws IOException, BadInput {
    String stamp = Finished.stamp(job.entry());
    try (FileChannel in = job.entry().open();
        FileChannel out = Disk.create(job.path());
        FloeSealer floe = FloeSealer.start(key, job.associatedData(), shop.params())) {
      byte[] header = floe.header();
      Disk.write(out, header, header.length);
      Underway begun =
          new Underway(job.index(), job.entry(), stamp, HexFormat.of().formatHex(header), 0);
      if (job.entry().size() >= WORTH) {
        shop.finished().note(begun);
      }
      return new FileSealing(shop, in, out, begun).rest(floe, 0);
    }
  }

  /** Goes on with what an interrupted run left of the file; empty if that cannot be used. */
  static Optional<Digest> goOn(Workshop shop, Job job, Secret key) throws IOException, BadInput {
    Optional<Underway> left = shop.finished().underway(job.index(), job.entry());
    if (left.isEmpty() || !Files.isRegularFile(job.path(), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (FileChannel in = job.entry().open();
        FileChannel out = Disk.goOn(job.path())) {
      return new FileSealing(shop, in, out, left.get()).goOn(job, key);
    }
  }

  private Optional<Digest> goOn(Job job, Secret key) throws IOException, BadInput {
    Optional<FloeDraft> opened = opened(job, key);
    if (opened.isEmpty()) {
      return refused();
    }
    try (FloeDraft draft = opened.get()) {
      OptionalLong kept = kept(draft);
      if (kept.isEmpty()) {
        return refused();
      }
      long first = kept.getAsLong();
      shop.teller().note("going on " + place() + " behind segment " + first + " of " + segments);
      out.truncate(position(first)).position(position(first));
      in.position(first * shop.params().plainLength());
      written = first;
      try (FloeSealer floe = draft.goOn(first)) {
        return Optional.of(rest(floe, first));
      }
    }
  }

  /** The draft, if its header is authentic and the one that the journal speaks of. */
  private Optional<FloeDraft> opened(Job job, Secret key) throws IOException {
    try {
      FloeDraft draft = FloeDraft.open(out, key, job.associatedData(), shop.params());
      if (HexFormat.of().formatHex(draft.header()).equals(underway.head())) {
        return Optional.of(draft);
      }
      draft.close();
      return Optional.empty();
    } catch (BadInput altered) {
      return Optional.empty();
    }
  }

  private Optional<Digest> refused() {
    shop.teller().note("what is left " + place() + " is not of this source, or damaged");
    return Optional.empty();
  }

  private String place() {
    return "in \"" + Json.clip(underway.entry().name()) + "\"";
  }

  /**
   * How many segments from the first stay as they are; they are hashed. Empty if one was durable
   * and is not any more, or is of another plaintext.
   *
   * <p>INVARIANT: no index that was durable is sealed again under the same header, and none at all
   * for a source that changed (spec/sealed-weights.md §4, §8).
   */
  private OptionalLong kept(FloeDraft draft) throws IOException, BadInput {
    long inner = segments - 1;
    long next = 0;
    long kept = 0;
    FloeDraft.Found found = FloeDraft.Found.SAME;
    try (InOrder<Compared> ahead = new InOrder<>(shop.crew(), Crew.WINDOW)) {
      while (kept < inner && found == FloeDraft.Found.SAME) {
        while (next < inner && !ahead.full()) {
          submit(ahead, draft, next++, read());
        }
        found = hashed(ahead.take());
        kept += found == FloeDraft.Found.SAME ? 1 : 0;
      }
      while (!ahead.empty()) {
        shop.back(ahead.take().chunk());
      }
    }
    boolean torn = found == FloeDraft.Found.BROKEN && kept >= underway.durable();
    if (found == FloeDraft.Found.SAME || torn) {
      return OptionalLong.of(kept);
    }
    shop.teller().passed(-kept * shop.params().plainLength());
    return OptionalLong.empty();
  }

  private record Compared(Chunk chunk, FloeDraft.Found found) {}

  private static void submit(InOrder<Compared> ahead, FloeDraft draft, long index, Chunk chunk) {
    ahead.submit(() -> new Compared(chunk, draft.compare(index, chunk.plain)));
  }

  private FloeDraft.Found hashed(Compared compared) {
    if (compared.found() == FloeDraft.Found.SAME) {
      digest.update(compared.chunk().plain);
      shop.teller().passed(compared.chunk().plainLength);
    }
    shop.back(compared.chunk());
    return compared.found();
  }

  /** Encrypts from a segment on to the end. */
  private Digest rest(FloeSealer floe, long first) throws IOException, BadInput {
    try {
      encrypt(floe, first);
    } catch (IOException e) {
      giveBack(e);
      throw e;
    }
    if (in.size() != underway.entry().size()) {
      throw changed();
    }
    Digest all = Digest.finish(digest);
    shop.finished().add(underway.index(), underway.entry(), underway.stamp(), all);
    return all;
  }

  /** A disk that is full is full for the log, too: what nobody was promised goes. */
  private void giveBack(IOException cause) {
    try {
      out.truncate(position(underway.durable()));
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private long position(long segment) {
    return FloeParams.HEADER_LENGTH + segment * shop.params().segmentLength();
  }

  private void encrypt(FloeSealer floe, long first) throws IOException, BadInput {
    try (InOrder<Chunk> chunks = new InOrder<>(shop.crew(), Crew.WINDOW)) {
      for (long i = first; i < segments; i++) {
        if (chunks.full()) {
          write(chunks.take());
        }
        Chunk chunk = read();
        digest.update(chunk.plain, 0, chunk.plainLength);
        submit(chunks, chunk, floe.next(i == segments - 1));
      }
      while (!chunks.empty()) {
        write(chunks.take());
      }
    }
  }

  private static void submit(InOrder<Chunk> chunks, Chunk chunk, FloeSealer.Segment segment) {
    chunks.submit(() -> {
      chunk.sealedLength = segment.seal(chunk.plain, chunk.plainLength, chunk.sealed);
      return chunk;
    });
  }

  private Chunk read() throws IOException, BadInput {
    Chunk chunk = shop.chunk();
    long left = underway.entry().size() - in.position();
    int wanted = (int) Math.min(chunk.plain.length, left);
    ByteBuffer buffer = ByteBuffer.wrap(chunk.plain, 0, wanted);
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw changed();
      }
    }
    chunk.plainLength = wanted;
    return chunk;
  }

  private void write(Chunk chunk) throws IOException {
    Disk.write(out, chunk.sealed, chunk.sealedLength);
    shop.teller().passed(chunk.plainLength);
    shop.back(chunk);
    written++;
    long since = (written - underway.durable()) * shop.params().plainLength();
    if (since >= shop.durableEach() && written < segments) {
      out.force(false);
      underway = underway.upTo(written);
      shop.finished().note(underway);
    }
  }

  private BadInput changed() {
    return new BadInput(
        "\"" + Json.clip(underway.entry().name()) + "\" changed while it was being sealed");
  }
}
