package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Secret;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealings that die within a file, and what the next run makes of its half (ADR 54). */
class ResumeWithinTest {
  private static final FloeParams SMALL = FloeParams.SMALL;
  private static final int SIZE = (40 << 20) + 12_345;
  private static final long SEGMENTS = SMALL.segments(SIZE);

  /** After 64 segments what is written is durable. */
  private static final long DURABLE_EACH = 64L * SMALL.plainLength();

  @TempDir Path dir;
  private House house;
  private final List<String> notes = new ArrayList<>();

  /** Stands for a process that ends without a word: nothing tidies up after it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    house.file("m.gguf", SIZE);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void keepsEverySegmentThatIsThere() throws Exception {
    byte[] half = killedAt(20 << 20);
    SealedModel sealed = goOn();
    byte[] whole = Files.readAllBytes(sealed.path(sealed.files().getFirst()));
    assertArrayEquals(half, Arrays.copyOf(whole, half.length), "nothing is written again");
    assertTrue(notes.toString().contains("going on in \"m.gguf\" behind segment "), notes + "");
    assertExtracts(sealed);
  }

  @Test
  void sealsAgainWhatWasLostBehindTheDurablePart() throws Exception {
    byte[] half = killedAt(22 << 20);
    long lost = durable() + 3;
    zero(lost);
    SealedModel sealed = goOn();
    byte[] whole = Files.readAllBytes(sealed.path(sealed.files().getFirst()));
    int kept = Math.toIntExact(position(lost));
    assertArrayEquals(Arrays.copyOf(half, kept), Arrays.copyOf(whole, kept));
    assertExtracts(sealed);
  }

  /** Bytes of what was durable do not change by themselves. */
  @Test
  void refusesADraftThatWasAltered() throws Exception {
    byte[] half = killedAt(20 << 20);
    zero(durable() - 1);
    assertSealedAnew(half);
  }

  @Test
  void refusesADraftThatWasCutShort() throws Exception {
    byte[] half = killedAt(20 << 20);
    try (RandomAccessFile file = new RandomAccessFile(ciphertext().toFile(), "rw")) {
      file.setLength(position(durable()) - 1);
    }
    assertSealedAnew(half);
  }

  @Test
  void refusesADraftWithAnAlteredHeader() throws Exception {
    byte[] half = killedAt(20 << 20);
    try (RandomAccessFile file = new RandomAccessFile(ciphertext().toFile(), "rw")) {
      file.seek(20);
      file.write(~half[20]);
    }
    assertSealedAnew(half);
  }

  /** Authentic, of this file and this version; but not the one that the journal speaks of. */
  @Test
  void refusesTheDraftOfAnEarlierAttempt() throws Exception {
    byte[] earlier = killedAt(20 << 20);
    house.file("m.gguf", SIZE);
    byte[] later = killedAt(20 << 20);
    assertNotEquals(head(earlier), head(later));
    Files.write(ciphertext(), earlier);
    assertSealedAnew(earlier);
  }

  @Test
  void noticesASourceThatChanged() throws Exception {
    byte[] half = killedAt(20 << 20);
    changeSource(30 << 20);
    assertSealedAnew(half);
  }

  /** As if somebody had turned back the clock of the file system. */
  @Test
  void noticesASourceThatChangedUnderAnUnchangedStamp() throws Exception {
    byte[] half = killedAt(20 << 20);
    changeSource(1 << 20);
    Source.Entry entry = Source.scan(house.source).files().getFirst();
    try (Finished journal = Finished.open(staging(), house.dataKey)) {
      journal.note(new Underway(1, entry, Finished.stamp(entry), head(half), 0));
    }
    assertSealedAnew(half);
  }

  @Test
  void comesThroughAnyNumberOfKills() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    System.out.println("ResumeWithinTest seed " + seed);
    Random random = new Random(seed);
    Map<String, String> sealings = new HashMap<>();
    for (int round = 0; round < 12; round++) {
      byte[] half = killedAt(random.nextInt(SIZE));
      requireFreshNonces(sealings, half, "seed " + seed + ", round " + round);
      long whole = ((long) half.length - FloeParams.HEADER_LENGTH) / SMALL.segmentLength();
      for (int i = random.nextInt(3); i > 0 && durable() < whole; i--) {
        zero(random.nextLong(durable(), whole));
      }
    }
    SealedModel sealed = goOn();
    requireFreshNonces(
        sealings, Files.readAllBytes(sealed.path(sealed.files().getFirst())), "seed " + seed);
    assertExtracts(sealed);
  }

  /** INVARIANT: whatever the disk ever held, equal nonces under one header are equal segments. */
  private static void requireFreshNonces(
      Map<String, String> sealings, byte[] ciphertext, String at) {
    String head = head(ciphertext);
    for (long i = 0; position(i + 1) <= ciphertext.length; i++) {
      int from = Math.toIntExact(position(i));
      String nonce = HexFormat.of().formatHex(ciphertext, from + 4, from + 16);
      String tag =
          HexFormat.of()
              .formatHex(
                  ciphertext, from + SMALL.segmentLength() - 16, from + SMALL.segmentLength());
      String before = sealings.put(head + nonce, tag);
      assertTrue(before == null || before.equals(tag), at + ", segment " + i);
    }
  }

  @Test
  void killedProcessesLeaveWhatTheNextGoesOnWith() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    System.out.println("ResumeWithinTest, processes: seed " + seed);
    Random random = new Random(seed);
    byte[] key = new byte[Secret.KEY_LENGTH];
    random.nextBytes(key);
    begin();
    for (int round = 0; round < 4; round++) {
      Process child = child(key);
      // At a random size of its ciphertext, wherever that finds it.
      long until = random.nextLong(SMALL.sealedLength(SIZE));
      while (child.isAlive() && size() < until) {
        Thread.sleep(1);
      }
      child.destroyForcibly().waitFor();
    }
    try (Secret dataKey = Secret.take(key)) {
      SealedModel sealed = goOn(dataKey, (_, _) -> {});
      assertExtracts(sealed, dataKey);
    }
    assertFalse(notes.isEmpty(), "the last run found nothing to go on with, seed " + seed);
  }

  @Test
  void goesOnOnceThereIsRoomAgain() throws Exception {
    Path vault = Files.createDirectories(dir.resolve("vault"));
    String room = "size=" + (SMALL.sealedLength(SIZE) + (1 << 20));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", room, "tmpfs", vault.toString()) == 0,
        "skipped: mounting a small tmpfs needs root");
    try {
      begin();
      Path filler = vault.resolve("filler");
      Progress filling =
          (done, _) -> {
            if (done > 20 << 20 && Files.notExists(filler)) {
              write(filler, new byte[12 << 20]);
            }
          };
      IOException e = assertThrows(IOException.class, () -> goOn(house.dataKey, filling));
      assertTrue(e.getMessage().contains("No space left"), e.getMessage());
      assertEquals("[what is sealed so far is kept; seal again to go on]", notes.toString());
      byte[] half = Files.readAllBytes(ciphertext());
      assertEquals(position(durable()), half.length, "what was not durable makes room");
      assertTrue(durable() >= 256, "durable: " + durable());
      Files.delete(filler);
      SealedModel sealed = goOn();
      byte[] whole = Files.readAllBytes(sealed.path(sealed.files().getFirst()));
      assertArrayEquals(half, Arrays.copyOf(whole, half.length));
      assertExtracts(sealed);
    } finally {
      run("umount", vault.toString());
    }
  }

  private static void write(Path path, byte[] bytes) {
    try {
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Entry point of a process that is killed. */
  static final class Sealer {
    private Sealer() {}

    public static void main(String[] args) throws IOException, BadInput {
      Vault vault = new Vault(Path.of(args[0], "vault"));
      try (Staging staging = vault.stage(House.MODEL, OptionalLong.empty());
          Secret dataKey = Secret.take(HexFormat.of().parseHex(args[1]))) {
        var _ =
            staging.seal(
                staging.interrupted().orElseThrow(),
                Source.scan(Path.of(args[0], "source")),
                dataKey,
                dev.sallyport.keys.SigningKey.generate(),
                new Sealing.Options(SMALL, Optional.empty(), DURABLE_EACH),
                (_, _) -> {});
      }
    }
  }

  private Process child(byte[] key) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path")
                + File.pathSeparator
                + System.getProperty("jdk.module.path", ""),
            Sealer.class.getName(),
            dir.toString(),
            HexFormat.of().formatHex(key))
        .inheritIO()
        .start();
  }

  private long size() throws IOException {
    return Files.exists(ciphertext()) ? Files.size(ciphertext()) : 0;
  }

  private void begin() throws IOException, BadInput {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      staging.begin(Source.scan(house.source)).keep(new byte[] {7});
    }
  }

  /** Seals, or goes on, until so many bytes are through; returns the ciphertext it left. */
  private byte[] killedAt(int bytes) throws Exception {
    if (house.vault.begun(House.MODEL).isEmpty()) {
      begin();
    }
    Progress killer =
        (done, _) -> {
          if (done > bytes) {
            throw new Killed();
          }
        };
    assertThrows(Killed.class, () -> goOn(house.dataKey, killer));
    return Files.readAllBytes(ciphertext());
  }

  private SealedModel goOn() throws Exception {
    return goOn(house.dataKey, (_, _) -> {});
  }

  private SealedModel goOn(Secret dataKey, Progress progress) throws IOException, BadInput {
    Progress noting =
        new Progress() {
          @Override
          public void done(long bytes, long total) {
            progress.done(bytes, total);
          }

          @Override
          public void note(String text) {
            notes.add(text);
          }
        };
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      var draft =
          staging.seal(
              staging.interrupted().orElseThrow(),
              Source.scan(house.source),
              dataKey,
              house.ada,
              new Sealing.Options(SMALL, Optional.empty(), DURABLE_EACH),
              noting);
      return staging.publish(draft.finish(House.WRAPPED, house.root), house.root);
    }
  }

  private void assertSealedAnew(byte[] half) throws Exception {
    SealedModel sealed = goOn();
    byte[] whole = Files.readAllBytes(sealed.path(sealed.files().getFirst()));
    assertNotEquals(head(half), head(whole));
    assertExtracts(sealed);
  }

  private void assertExtracts(SealedModel sealed) throws Exception {
    assertExtracts(sealed, house.dataKey);
  }

  private void assertExtracts(SealedModel sealed, Secret dataKey) throws Exception {
    Path target = Files.createTempDirectory(dir, "target");
    sealed.extractTo(target, ModelKeys.of(dataKey), (_, _) -> {});
    assertEquals(-1, Files.mismatch(house.source.resolve("m.gguf"), target.resolve("m.gguf")));
  }

  private void changeSource(long at) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(house.source.resolve("m.gguf").toFile(), "rw")) {
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 1);
    }
  }

  private void zero(long segment) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(ciphertext().toFile(), "rw")) {
      file.seek(position(segment));
      file.write(new byte[SMALL.segmentLength()]);
    }
  }

  /** What the journal says last. */
  private long durable() throws Exception {
    Source.Entry entry = Source.scan(house.source).files().getFirst();
    try (Finished journal = Finished.open(staging(), house.dataKey)) {
      long durable = journal.underway(1, entry).orElseThrow().durable();
      assertTrue(durable <= SEGMENTS);
      return durable;
    }
  }

  private static long position(long segment) {
    return FloeParams.HEADER_LENGTH + segment * SMALL.segmentLength();
  }

  private static String head(byte[] ciphertext) {
    return HexFormat.of().formatHex(ciphertext, 0, FloeParams.HEADER_LENGTH);
  }

  private Path ciphertext() {
    return staging().resolve("000001.floe");
  }

  private Path staging() {
    return house.vault.path(House.MODEL, 1).resolveSibling(Vault.STAGING + 1);
  }
}
