package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.supplychain.ModelStatement.Resource;
import dev.sallyport.supplychain.Serialization.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * A model's directory, looked through once: regular files by their names, and what must not be
 * there. Files are read without following links; hashing uses all processors.
 */
public final class ModelTree {
  private static final int MAX_FILES = 1_000_000;
  private static final int MAX_DEPTH = 64;
  private static final int BUFFER = 1 << 20;

  private final Map<String, Path> files = new TreeMap<>();
  private final Map<String, Long> sizes = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private long bytes;

  private ModelTree() {}

  /**
   * Looks through a directory.
   *
   * @param ignored names below it, of files or directories, that are passed over
   */
  public static ModelTree of(Path directory, Set<String> ignored) throws IOException, BadInput {
    ModelTree tree = new ModelTree();
    tree.walk(directory, "", ignored, 0);
    return tree;
  }

  private void walk(Path directory, String prefix, Set<String> ignored, int depth)
      throws IOException, BadInput {
    if (depth > MAX_DEPTH || files.size() > MAX_FILES) {
      throw new BadInput(
          "directory is deeper than " + MAX_DEPTH + " or has more than " + MAX_FILES + " files");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = prefix + entry.getFileName();
        if (!ignored.contains(name)) {
          add(entry, name, ignored, depth);
        }
      }
    }
  }

  private void add(Path entry, String name, Set<String> ignored, int depth)
      throws IOException, BadInput {
    BasicFileAttributes is =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (is.isDirectory()) {
      walk(entry, name + "/", ignored, depth + 1);
    } else if (is.isRegularFile()) {
      files.put(name, entry);
      sizes.put(name, is.size());
      bytes += is.size();
    } else {
      faults.add((is.isSymbolicLink() ? "symbolic link: " : "no regular file: ") + show(name));
    }
  }

  /** Bytes of all files. */
  public long bytes() {
    return bytes;
  }

  public int count() {
    return files.size();
  }

  /**
   * What differs between this directory and what was signed; empty if nothing does.
   *
   * @param progress told of bytes hashed so far, from any thread
   */
  public List<String> differences(ModelSignature signed, LongConsumer progress)
      throws IOException, InterruptedException {
    Serialization serialization = signed.statement().serialization();
    Map<String, Digest> expected = new HashMap<>();
    signed.statement().resources().forEach(r -> expected.put(r.name(), r.digest()));
    List<String> found = new ArrayList<>(faults);
    List<Part> known = new ArrayList<>();
    Map<String, Path> places = new HashMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      List<Part> parts = serialization.parts(file.getKey(), size(file.getKey()));
      if (parts.isEmpty() || parts.stream().noneMatch(p -> expected.containsKey(p.resource()))) {
        found.add("not signed: " + show(file.getKey()));
        continue;
      }
      for (Part part : parts) {
        known.add(part);
        places.put(part.resource(), file.getValue());
      }
    }
    Map<String, Digest> hashed = hash(known, places, progress);
    hashed.forEach((resource, digest) -> {
      Digest right = expected.remove(resource);
      if (right == null || !digest.equals(right)) {
        found.add((right == null ? "not signed: " : "changed: ") + show(resource));
      }
    });
    expected.keySet().stream().sorted().forEach(name -> found.add("missing: " + show(name)));
    return found;
  }

  /** The statement about this directory, to be signed. */
  public ModelStatement statement(
      String model, Serialization serialization, List<String> ignored, LongConsumer progress)
      throws IOException, BadInput, InterruptedException {
    if (!faults.isEmpty()) {
      throw new BadInput(faults.getFirst());
    }
    List<Part> parts = new ArrayList<>();
    Map<String, Path> places = new HashMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      List<Part> of = serialization.parts(file.getKey(), size(file.getKey()));
      if (of.isEmpty()) {
        throw new BadInput(
            "\"" + show(file.getKey()) + "\" is empty: shards cannot cover it; sign by files");
      }
      for (Part part : of) {
        parts.add(part);
        places.put(part.resource(), file.getValue());
      }
    }
    Map<String, Digest> hashed = hash(parts, places, progress);
    List<Resource> resources = new ArrayList<>();
    hashed.forEach((name, digest) -> resources.add(new Resource(name, digest)));
    ModelStatement made = new ModelStatement(model, serialization, resources, ignored);
    // What we sign must be what we accept: names that collide or lead elsewhere fail here.
    return ModelStatement.parse(made.payload());
  }

  private long size(String name) {
    Long size = sizes.get(name);
    if (size == null) {
      throw new IllegalStateException("internal error: file without a size");
    }
    return size;
  }

  /** Digests by resource, in the order of the parts. */
  private static Map<String, Digest> hash(
      List<Part> parts, Map<String, Path> places, LongConsumer progress)
      throws IOException, InterruptedException {
    AtomicLong done = new AtomicLong();
    Map<String, Future<Digest>> running = new LinkedHashMap<>();
    Map<String, Digest> out = new LinkedHashMap<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      for (Part part : parts) {
        Path file = Objects.requireNonNull(places.get(part.resource()));
        running.put(
            part.resource(),
            pool.submit(() -> digest(file, part, n -> progress.accept(done.addAndGet(n)))));
      }
      try {
        for (Map.Entry<String, Future<Digest>> part : running.entrySet()) {
          out.put(part.getKey(), part.getValue().get());
        }
      } catch (ExecutionException e) {
        pool.shutdownNow();
        if (e.getCause() instanceof IOException failed) {
          throw failed;
        }
        throw new IllegalStateException("internal error: hashing failed", e);
      }
    }
    return out;
  }

  private static Digest digest(Path file, Part part, LongConsumer progress) throws IOException {
    MessageDigest hash = Digest.sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (FileChannel in =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      // A file that grew while it was read is another file than the one that was listed.
      if (in.size() < part.end()) {
        throw new IOException("file became shorter while it was read");
      }
      in.position(part.start());
      long left = part.end() - part.start();
      while (left > 0) {
        buffer.clear().limit((int) Math.min(BUFFER, left));
        int n = in.read(buffer);
        if (n < 0) {
          throw new IOException("file became shorter while it was read");
        }
        hash.update(buffer.flip());
        left -= n;
        progress.accept(n);
      }
    }
    return Digest.finish(hash);
  }

  private static String show(String name) {
    return Json.clip(name);
  }
}
