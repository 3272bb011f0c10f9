import dev.sallyport.custody.RecipientKey;
import dev.sallyport.fuse.MountedModel;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.ModelReader;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Source;
import dev.sallyport.vault.Vault;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The loading and sealing numbers of DESIGN §8: everything in one run, rounds interleaved, medians.
 * Started by {@code bench/loading DIR [MEGABYTES] [ROUNDS]}; DIR must be on a memory file system.
 */
class Loading {
  interface Step {
    void run() throws Exception;
  }

  private static final Map<String, List<Double>> TIMES = new LinkedHashMap<>();

  /** Processor time of this process and of the commands it ran, which other load disturbs less. */
  private static final Map<String, List<Double>> CPU = new LinkedHashMap<>();

  /** What a child measured itself, without its own start. */
  private static final Map<String, Double> TOLD = new LinkedHashMap<>();

  private final Path dir;
  private final int megabytes;
  private final Path plain;
  private final Path file;
  private final Secret dataKey = Secret.random();
  private final ModelKeys keys = ModelKeys.of(dataKey);
  private final SigningKey ada = SigningKey.generate();
  private final TrustRoot root;
  private final Vault vault;

  Loading(Path dir, int megabytes) throws Exception {
    this.dir = dir;
    this.megabytes = megabytes;
    this.plain = Files.createDirectories(dir.resolve("plain"));
    this.file = plain.resolve("model.bin");
    this.vault = new Vault(dir.resolve("vault"));
    var key = SigningKey.generate().verifyingKey();
    try (RecipientKey keyd = RecipientKey.generate()) {
      var people = List.of(new Person("ada", Role.SYSTEM_ADMIN, ada.verifyingKey()));
      var predicate =
          TrustRoot.predicate("bench", 1, people, key, key, key, key, keyd.recipient().hex());
      var about = Statement.about("b", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
      Envelope signed = Envelope.sign(about, ada);
      this.root = TrustRoot.parse(signed);
      // For the children, which open what is sealed here in a JVM of their own.
      Files.write(Cold.root(dir), signed.toJson().canonical());
      dataKey.use(bytes -> Files.write(Cold.key(dir), bytes));
    }
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[2]);
    new Loading(Path.of(args[0]), Integer.parseInt(args[1])).run(rounds);
  }

  private void run(int rounds) throws Exception {
    fill();
    double firstSeal = time(this::seal);
    SealedModel model = vault.open(new ModelName("bench"), 1, root);
    double[] extracts = Cold.seconds(child("extract", dir));
    double[] mounts = Cold.seconds(child("mount", dir));
    Path gocryptfs = gocryptfs();
    Path age = age();
    Path point = Files.createDirectories(dir.resolve("mounted"));
    Path other = Files.createDirectories(dir.resolve("mapped"));
    try (MountedModel mounted = Cold.mounted(model, keys, point);
        MountedModel mapped = Cold.mounted(model, keys, other)) {
      Path shown = mounted.point().resolve("model.bin");
      Path map = mapped.point().resolve("model.bin");
      // Once it was mapped, all who open it later read through the page cache, as before Linux 6.6.
      child("map", map);
      for (int i = 0; i < rounds; i++) {
        List<Map.Entry<String, Step>> steps = new ArrayList<>();
        add(steps, "openssl", this::openssl);
        add(steps, "aes", this::aes);
        add(steps, "open", () -> open(model));
        add(steps, "plain", () -> read(file));
        add(steps, "mount", () -> read(shown));
        // 128 KiB is what the kernel gives a keeper in its sandbox, 1 MiB what we set elsewhere.
        add(steps, "cached-128k", () -> readAhead(mapped, 128, () -> read(map)));
        add(steps, "cached-1m", () -> readAhead(mapped, 1024, () -> read(map)));
        add(steps, "map-128k", () -> readAhead(mapped, 128, () -> mapped("map-128k", map)));
        add(steps, "map-1m", () -> readAhead(mapped, 1024, () -> mapped("map-1m", map)));
        add(steps, "map-plain", () -> mapped("map-plain", file));
        if (gocryptfs != null) {
          add(steps, "gocryptfs", () -> read(gocryptfs.resolve("model.bin")));
        }
        if (age != null) {
          add(
              steps,
              "age",
              () -> sh("age -d -i " + dir + "/age.key " + age + " > /dev/null"));
        }
        add(steps, "cp", () -> sh("cp " + file + " " + dir + "/copy"));
        add(steps, "extract", () -> extract(model));
        add(steps, "sha256sum", () -> sh("sha256sum " + file + " > /dev/null"));
        add(steps, "seal", this::seal);
        for (var step : steps) {
          for (Path p : List.of(shown, map, dir.resolve("gocryptfs/model.bin"))) {
            if (Files.exists(p)) {
              sh("dd if=" + p + " iflag=nocache count=0 2>/dev/null");
            }
          }
          double before = cpu();
          double seconds = time(step.getValue());
          double used = cpu() - before;
          if (!step.getKey().equals("openssl")) {
            double shownByChild = TOLD.getOrDefault(step.getKey(), seconds);
            TIMES.computeIfAbsent(step.getKey(), _ -> new ArrayList<>()).add(shownByChild);
            CPU.computeIfAbsent(step.getKey(), _ -> new ArrayList<>()).add(used);
          }
          remove(dir.resolve("out"));
          Files.deleteIfExists(dir.resolve("copy"));
          keepFirstVersion();
        }
      }
    } finally {
      if (gocryptfs != null) {
        sh("fusermount3 -u " + gocryptfs + " || fusermount -u " + gocryptfs);
      }
    }
    report(extracts, mounts, firstSeal);
  }

  private static void add(List<Map.Entry<String, Step>> steps, String name, Step step) {
    steps.add(Map.entry(name, step));
  }

  private void report(double[] extracts, double[] mounts, double firstSeal) {
    double gigabytes = megabytes * (1 << 20) / 1e9;
    System.out.println("what          median s   min s    GB/s   cpu s (median)");
    for (var e : TIMES.entrySet()) {
      if (!e.getKey().equals("openssl-gbs")) {
        double m = median(e.getKey());
        System.out.printf(
            Locale.ROOT,
            "%-12s %9.3f %7.3f %7.2f %8.2f%n",
            e.getKey(),
            m,
            least(e.getKey()),
            gigabytes / m,
            median(CPU.get(e.getKey())));
      }
    }
    double openssl = median("openssl-gbs");
    System.out.printf(Locale.ROOT, "%-12s %27.2f%n%n", "openssl", openssl);
    System.out.println("ratio                                  median   of minima   floor");
    // openssl speed divides by processor time, so do we.
    ratio("AES-GCM open / openssl (cpu)", gigabytes / median(CPU.get("aes")) / openssl,
        gigabytes / CPU.get("aes").stream().mapToDouble(d -> d).min().orElseThrow()
            / most("openssl-gbs"), ">= 1.5");
    ratio("same, read from a file (cpu)", gigabytes / median(CPU.get("open")) / openssl,
        gigabytes / CPU.get("open").stream().mapToDouble(d -> d).min().orElseThrow()
            / most("openssl-gbs"), "-");
    faster("mount / plain read", "mount", "plain", ">= 0.25");
    faster("mount / gocryptfs", "mount", "gocryptfs", ">= 2");
    faster("mount / age -d", "mount", "age", ">= 1.8");
    faster("through the cache, 128 KiB / plain", "cached-128k", "plain", "-");
    faster("through the cache, 1 MiB / plain", "cached-1m", "plain", "-");
    faster("mapped, 128 KiB / mapped plain", "map-128k", "map-plain", "-");
    faster("mapped, 1 MiB / mapped plain", "map-1m", "map-plain", "-");
    slower("extract / cp", "extract", "cp", "<= 2.0");
    ratio("extract / cp (cpu, 2 cores used)", median(CPU.get("extract")) / 2 / median(CPU.get("cp")),
        CPU.get("extract").stream().mapToDouble(d -> d).min().orElseThrow() / 2
            / CPU.get("cp").stream().mapToDouble(d -> d).min().orElseThrow(), "-");
    slower("seal / sha256sum", "seal", "sha256sum", "<= 1.3");
    first("first / steady extract, cold", extracts);
    first("first / steady mount, cold", mounts);
    ratio("first / steady seal", median("seal") / firstSeal, least("seal") / firstSeal, ">= 0.5");
  }

  /** The first round in a JVM of its own against the later ones. */
  private static void first(String what, double[] rounds) {
    double[] later = Arrays.copyOfRange(rounds, 1, rounds.length);
    Arrays.sort(later);
    ratio(what, later[later.length / 2] / rounds[0], later[0] / rounds[0], ">= 0.5");
  }

  private static void faster(String what, String ours, String theirs, String floor) {
    if (TIMES.containsKey(theirs)) {
      ratio(what, median(theirs) / median(ours), least(theirs) / least(ours), floor);
    } else {
      System.out.println(what + ": skipped, " + theirs + " is not installed");
    }
  }

  private static void slower(String what, String ours, String theirs, String floor) {
    ratio(what, median(ours) / median(theirs), least(ours) / least(theirs), floor);
  }

  private static void ratio(String what, double median, double minima, String floor) {
    System.out.printf(Locale.ROOT, "%-36s %8.2f %11.2f   %s%n", what, median, minima, floor);
  }

  private static double cpu() throws Exception {
    var self = (com.sun.management.OperatingSystemMXBean)
        java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    double children = (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0;
    return self.getProcessCpuTime() / 1e9 + children;
  }

  private static double median(String name) {
    return median(TIMES.get(name));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(d -> d).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static double least(String name) {
    return TIMES.get(name).stream().mapToDouble(d -> d).min().orElseThrow();
  }

  private static double most(String name) {
    return TIMES.get(name).stream().mapToDouble(d -> d).max().orElseThrow();
  }

  static double time(Step step) throws Exception {
    long begin = System.nanoTime();
    step.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private void fill() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    byte[] block = new byte[1 << 20];
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < megabytes; i++) {
        random.nextBytes(block);
        out.write(ByteBuffer.wrap(block));
      }
    }
  }

  private void seal() throws Exception {
    try (var staging = vault.stage(new ModelName("bench"), OptionalLong.empty())) {
      var draft = staging.seal(Source.scan(plain), dataKey, ada, (_, _) -> {});
      staging.publish(draft.finish(new byte[] {1, 2, 3}, root), root);
    }
  }

  private void keepFirstVersion() throws Exception {
    for (long version : vault.versions(new ModelName("bench"))) {
      if (version > 1) {
        remove(vault.path(new ModelName("bench"), version));
      }
    }
  }

  private void extract(SealedModel model) throws Exception {
    model.extractTo(Files.createDirectories(dir.resolve("out")), keys, (_, _) -> {});
  }

  /** Segments in memory, under a public key of zeros. */
  private void aes() throws Exception {
    byte[] plain = new byte[1_048_544];
    byte[] sealed = new byte[plain.length + 16];
    var key = new SecretKeySpec(new byte[32], "AES");
    var nonce = new GCMParameterSpec(128, new byte[12]);
    Cipher sealing = Cipher.getInstance("AES/GCM/NoPadding");
    sealing.init(Cipher.ENCRYPT_MODE, key, nonce);
    sealing.doFinal(plain, 0, plain.length, sealed, 0);
    Cipher opening = Cipher.getInstance("AES/GCM/NoPadding");
    for (int i = 0; i < megabytes; i++) {
      opening.init(Cipher.DECRYPT_MODE, key, nonce);
      opening.doFinal(sealed, 0, sealed.length, plain, 0);
    }
  }

  private void open(SealedModel model) throws Exception {
    byte[] out = new byte[1 << 20];
    try (ModelReader reader = model.reader(model.files().getFirst(), keys)) {
      for (long i = 0; i < reader.segments(); i++) {
        reader.segment(i, out);
      }
    }
  }

  static void read(Path path) throws Exception {
    sh("dd if=" + path + " of=/dev/null bs=1M 2>/dev/null");
  }

  private static void readAhead(MountedModel mounted, int kilobytes, Step step) throws Exception {
    String dev = said("stat -c %d " + mounted.point()).strip();
    Path setting = Path.of("/sys/class/bdi/0:" + dev + "/read_ahead_kb");
    Files.writeString(setting, Integer.toString(kilobytes));
    step.run();
  }

  private static void mapped(String name, Path path) throws Exception {
    TOLD.put(name, Cold.seconds(child("map", path))[0]);
  }

  /** Our side in another JVM with the same options. */
  private static String child(String what, Path path) throws Exception {
    return said(System.getProperty("bench.java") + " Cold " + what + " " + path);
  }

  private void openssl() throws Exception {
    String said =
        said("openssl speed -mr -seconds 1 -bytes 16384 -decrypt -evp aes-256-gcm 2>/dev/null");
    String line = said.lines().filter(l -> l.startsWith("+F:")).findFirst().orElseThrow();
    String[] fields = line.split(":", -1);
    double gbs = Double.parseDouble(fields[fields.length - 1]) / 1e9;
    TIMES.computeIfAbsent("openssl-gbs", _ -> new ArrayList<>()).add(gbs);
  }

  private Path gocryptfs() throws Exception {
    if (said("command -v gocryptfs || true").isBlank()) {
      return null;
    }
    Path cipher = Files.createDirectories(dir.resolve("cipher"));
    Path point = Files.createDirectories(dir.resolve("gocryptfs"));
    sh("gocryptfs -init -q -scryptn 10 -extpass 'echo x' " + cipher);
    sh("gocryptfs -q -extpass 'echo x' " + cipher + " " + point);
    sh("cp " + file + " " + point + "/");
    return point;
  }

  private Path age() throws Exception {
    if (said("command -v age || true").isBlank()) {
      return null;
    }
    sh("age-keygen -o " + dir + "/age.key 2>/dev/null");
    Path sealed = dir.resolve("model.age");
    sh("age -r $(age-keygen -y " + dir + "/age.key) -o " + sealed + " " + file);
    return sealed;
  }

  private static void sh(String command) throws Exception {
    said(command);
  }

  private static String said(String command) throws Exception {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out;
    try (InputStream in = process.getInputStream()) {
      out = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int status = process.waitFor();
    if (status != 0) {
      throw new IllegalStateException(command + ": status " + status);
    }
    return out;
  }

  static void remove(Path tree) throws Exception {
    if (Files.exists(tree)) {
      try (Stream<Path> all = Files.walk(tree)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
