package dev.sallyport.fuse;

import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.Warmup;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A sealed model, mounted: files are decrypted when they are read. Speaks the kernel's protocol
 * over {@code /dev/fuse} itself. Every request that reaches it is checked against {@link Callers};
 * what the kernel answers from its page cache is not, so the mount MUST be where only the runtime
 * and its keeper can name it (spec/sealed-weights.md §10).
 *
 * <p>Owns its threads, its slots of plaintext and the files' keys; {@link #close} ends all of them.
 * The data key stays the caller's and must live as long as this.
 */
public final class MountedModel implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("fuse");
  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  /** Well within the 2 s that an end may take (spec/key-release.md §5). */
  private static final Duration EMPTY_LIMIT = Duration.ofMillis(500);

  /** Kilobytes that the kernel reads ahead, where we may say so. */
  private static final String READ_AHEAD = "1024";

  /**
   * How the server is dimensioned.
   *
   * @param cachedSegments slots of 1 MiB, or as many more of smaller segments
   */
  public record Dimensions(int workers, int aheadThreads, int aheadDepth, int cachedSegments) {
    public Dimensions {
      // A request touches at most three segments; each worker may hold as many.
      if (workers < 1
          || aheadThreads < 1
          || aheadDepth < 0
          || cachedSegments < 3 * workers + aheadThreads + 4) {
        throw new IllegalArgumentException("internal error: too few slots for the workers");
      }
    }

    /** For this machine: two workers per processor, 64 MiB of plaintext. */
    public static Dimensions standard() {
      int processors = Runtime.getRuntime().availableProcessors();
      int workers = Math.min(16, Math.max(4, processors * 2));
      int ahead = Math.min(8, processors);
      return new Dimensions(workers, ahead, ahead + 1, Math.max(64, 4 * workers + ahead + 4));
    }
  }

  private final Path point;
  private final SealedModel model;
  private final Tree tree;
  private final Callers callers;
  private final MountListener listener;
  private final SegmentCache cache;
  private final Readers readers;
  private final ReadAhead ahead;
  private final Instant since;
  private final int uid;
  private final int gid;
  private final boolean direct;
  private final List<Thread> threads = new ArrayList<>();
  private int notices = -1;
  private volatile boolean closed;

  private MountedModel(
      Path point,
      SealedModel model,
      ModelKeys keys,
      Callers callers,
      MountListener listener,
      Dimensions dimensions,
      Instant since,
      Kernel kernel,
      boolean direct) {
    this.point = point;
    this.model = model;
    this.tree = new Tree(model.files());
    this.callers = callers;
    this.listener = listener;
    FloeParams params = model.params();
    int slots =
        dimensions.cachedSegments() * (FloeParams.SEALED.segmentLength() / params.segmentLength());
    this.cache = new SegmentCache(params.plainLength(), slots);
    this.readers = new Readers(model, keys);
    this.ahead = new ReadAhead(cache, dimensions.aheadThreads(), dimensions.aheadDepth());
    this.since = since;
    this.uid = callers.user().orElse(kernel.uid());
    this.gid = callers.user().orElse(kernel.gid());
    this.direct = direct;
  }

  /**
   * Mounts a model at an empty directory, in the mount namespace of the calling thread.
   *
   * @param keys stays the caller's; needed until closed
   * @param since the time that files and directories show
   */
  public static MountedModel mount(
      SealedModel model,
      ModelKeys keys,
      Path point,
      Callers callers,
      MountListener listener,
      Dimensions dimensions,
      Instant since)
      throws FuseFailure, IOException {
    Warmup.before(model.bytes());
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      int device = Device.open(kernel);
      MountedModel mounted;
      try {
        OptionalInt user = callers.user();
        Device.mount(kernel, device, point, user.orElse(kernel.uid()), user.orElse(kernel.gid()));
        boolean direct = Device.greet(kernel, device);
        mounted =
            new MountedModel(
                point, model, keys, callers, listener, dimensions, since, kernel, direct);
      } catch (FuseFailure | RuntimeException e) {
        // The last descriptor ends the connection.
        var _ = kernel.close(device);
        var _ = kernel.umount(point, Kernel.MNT_DETACH);
        throw e;
      }
      mounted.start(kernel, device, dimensions.workers());
      mounted.tune();
      return mounted;
    }
  }

  private void start(Kernel kernel, int device, int workers) throws FuseFailure, IOException {
    thread(device);
    try {
      for (int i = 1; i < workers; i++) {
        thread(Device.another(kernel, device));
      }
      notices = Device.another(kernel, device);
    } catch (FuseFailure e) {
      close();
      throw e;
    }
  }

  private void thread(int device) {
    threads.add(
        Thread.ofPlatform()
            .name("fuse-" + threads.size())
            .daemon(true)
            .start(new Worker(this, device)));
  }

  /** The kernel starts with 128 KiB of readahead; only the owner of {@code /sys} may change it. */
  private void tune() {
    try {
      long dev = ((Number) Files.getAttribute(point, "unix:dev")).longValue();
      long major = (dev >> 8) & 0xfff;
      long minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
      Path setting = Path.of("/sys/class/bdi/" + major + ":" + minor + "/read_ahead_kb");
      if (Files.isWritable(setting)) {
        Files.writeString(setting, READ_AHEAD);
      } else {
        LOG.log(System.Logger.Level.DEBUG, "readahead of {0} stays as it is", point);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "readahead of " + point + " stays as it is", e);
    }
  }

  /** Whether the end has begun: from then on nothing is read. */
  boolean closed() {
    return closed;
  }

  Tree tree() {
    return tree;
  }

  Callers callers() {
    return callers;
  }

  MountListener listener() {
    return listener;
  }

  SegmentCache cache() {
    return cache;
  }

  Readers readers() {
    return readers;
  }

  ReadAhead ahead() {
    return ahead;
  }

  Instant since() {
    return since;
  }

  int uid() {
    return uid;
  }

  int gid() {
    return gid;
  }

  /** Whether the kernel lets files be read past its page cache that are mapped as well. */
  boolean direct() {
    return direct;
  }

  /** Plaintext bytes in all. */
  long bytes() {
    return model.bytes();
  }

  /** Where it is mounted. */
  public Path point() {
    return point;
  }

  /**
   * Ends the mount for everybody, also where it was bound to, and wipes. Whoever still has a file
   * open or mapped gets errors: what the kernel cached of it is taken out of its page cache and out
   * of every map first.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      // Waits for reads under way. A disk that hangs must not keep the key: then the unmount below
      // ends these reads, and the rest of the cache is emptied after it.
      Thread emptying = Thread.ofPlatform().name("fuse-empty").daemon(true).start(this::empty);
      emptying.join(EMPTY_LIMIT);
      // MNT_FORCE ends the connection at once: every worker's read fails, so does every caller's.
      int done = kernel.umount(point, Kernel.MNT_FORCE | Kernel.MNT_DETACH);
      if (done < 0) {
        throw new IOException("cannot unmount " + point + ": " + Errno.text(-done));
      }
      threads.add(emptying);
      for (Thread thread : threads) {
        thread.join(END_LIMIT);
        if (thread.isAlive()) {
          throw new IllegalStateException("internal error: a worker outlives its mount");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      ahead.close();
      readers.close();
      cache.close();
    }
  }

  /**
   * INVARIANT: no page of plaintext outlives the mount in a map that somebody kept. The workers are
   * still there, since the kernel waits for reads under way.
   */
  private void empty() {
    if (notices < 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      Reply notice = new Reply(arena, Protocol.INVALIDATE_OUT);
      for (Tree.Node node : tree.nodes()) {
        if (node instanceof Tree.Leaf) {
          // From the first byte, to the end whatever it is.
          notice.start().u64(node.id()).u64(0).u64(0);
          long sent = notice.send(kernel, notices, 0, Protocol.INVALIDATE_INODE);
          boolean unknown = sent == -Errno.ENOENT || sent == -Errno.ENODEV;
          if (sent < 0 && !unknown) {
            LOG.log(System.Logger.Level.ERROR, "page cache kept: {0}", Errno.text((int) -sent));
          }
        }
      }
      var _ = kernel.close(notices);
    }
  }
}
