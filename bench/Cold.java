import dev.sallyport.fuse.MountListener;
import dev.sallyport.fuse.MountedModel;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * What {@link Loading} measures in a JVM of its own, which has not sealed anything before: {@code
 * extract DIR}, {@code mount DIR}, {@code map FILE}. Prints seconds, one number a round.
 */
class Cold {
  private static final int ROUNDS = 5;

  private final Path dir;
  private final SealedModel model;
  private final ModelKeys keys;

  private Cold(Path dir) throws Exception {
    this.dir = dir;
    this.keys = ModelKeys.of(Secret.take(Files.readAllBytes(key(dir))));
    byte[] json = Files.readAllBytes(root(dir));
    TrustRoot root = TrustRoot.parse(Envelope.parse(json));
    this.model = new Vault(dir.resolve("vault")).open(new ModelName("bench"), 1, root);
  }

  /** Where the key of what is measured lies; it opens nothing but random bytes. */
  static Path key(Path dir) {
    return dir.resolve("data.key");
  }

  static Path root(Path dir) {
    return dir.resolve("root.json");
  }

  public static void main(String[] args) throws Exception {
    Path path = Path.of(args[1]);
    switch (args[0]) {
      case "extract" -> new Cold(path).extract();
      case "mount" -> new Cold(path).mount();
      case "map" -> map(path);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private void extract() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Path out = Files.createDirectories(dir.resolve("out"));
      double seconds = Loading.time(() -> model.extractTo(out, keys, (_, _) -> {}));
      say(seconds);
      Loading.remove(out);
    }
  }

  private void mount() throws Exception {
    Path point = Files.createDirectories(dir.resolve("cold"));
    try (MountedModel mounted = mounted(model, keys, point)) {
      for (int i = 0; i < ROUNDS; i++) {
        say(Loading.time(() -> Loading.read(mounted.point().resolve("model.bin"))));
      }
    }
  }

  static MountedModel mounted(SealedModel model, ModelKeys keys, Path point) throws Exception {
    MountListener listener =
        new MountListener() {
          @Override
          public void tampered(String place) {
            throw new IllegalStateException(place);
          }

          @Override
          public void broken(Exception cause) {
            cause.printStackTrace();
          }
        };
    return MountedModel.mount(
        model,
        keys,
        point,
        (_, _) -> true,
        listener,
        MountedModel.Dimensions.standard(),
        Instant.EPOCH);
  }

  /** Touches every cache line of a mapped file, as a loader that maps its weights does. */
  private static void map(Path file) throws Exception {
    byte[] warm = new byte[8 << 20];
    long sum = touch(MemorySegment.ofArray(warm));
    try (Arena arena = Arena.ofConfined();
        FileChannel in = FileChannel.open(file)) {
      MemorySegment all = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
      long[] found = {sum};
      say(Loading.time(() -> found[0] += touch(all)));
      System.err.print(found[0] == 0 ? "" : "");
    }
  }

  private static long touch(MemorySegment memory) {
    long sum = 0;
    for (long at = 0; at + 64 <= memory.byteSize(); at += 64) {
      sum += memory.get(ValueLayout.JAVA_BYTE, at);
    }
    return sum;
  }

  private static void say(double seconds) {
    System.out.printf(Locale.ROOT, "%.4f%n", seconds);
  }

  /** What a child printed. */
  static double[] seconds(String said) {
    return Arrays.stream(said.strip().split("\\s+")).mapToDouble(Double::parseDouble).toArray();
  }
}
