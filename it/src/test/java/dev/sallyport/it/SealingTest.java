package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sealing with the real processes: new versions, and sealings that were cut off. */
class SealingTest {

  @Test
  void aNewVersionUsesUnchangedFilesAgainAndRunsAfterARotation() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = source(house);
      seal(house, source);
      Files.writeString(source.resolve("config.json"), "{\"changed\":true}");
      Installation.Ran second =
          house.run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      assertEquals(2, second.ok().integer("version"));
      assertEquals(1, second.ok().integer("reused"));
      String old = house.run("keys", "show").ok().string("current");
      Json.Obj rotated = house.run("keys", "rotate", "--as", "sec1", "--as", "sec2").ok();
      assertEquals(2, rotated.integer("rewrapped"));
      house.run("keys", "destroy", old, "--as", "sec1", "--as", "sec2", "--yes-destroy", old).ok();
      house.evidence();
      house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      Json.Obj model = house.status().objects("models").getFirst();
      assertEquals(2, model.integer("version"));
    }
  }

  @Test
  void aKilledSealingGoesOn() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = source(house);
      // Sorted before the one that is still under way when the sealer is killed.
      try (var big =
          Files.newByteChannel(
              source.resolve("a.bin"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        big.position(33L << 20).write(ByteBuffer.allocate(1));
      }
      try (var huge =
          Files.newByteChannel(
              source.resolve("b.bin"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        huge.position(1L << 30).write(ByteBuffer.allocate(1));
      }
      Process sealing =
          house.start("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      Path journal = house.home().resolve("vault/tiny/.staging-1/.done");
      Processes.await(
          60, "a.bin is sealed", () -> Files.exists(journal) && Files.size(journal) > 0);
      sealing.descendants().forEach(ProcessHandle::destroyForcibly);
      sealing.destroyForcibly().waitFor();
      String key = house.run("keys", "show").ok().string("current");
      Installation.Ran asked = house.run("keys", "destroy", key, "--as", "sec1", "--as", "sec2");
      assertTrue(asked.err().contains("tiny version 1 (unfinished)"), asked.err());
      Files.delete(source.resolve("b.bin"));
      Installation.Ran again =
          house.run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      assertEquals(1, again.ok().integer("version"));
      assertEquals("resumed", again.ok().string("way"));
      assertTrue(house.run("log", "show").out().contains("seal.resumed"));
    }
  }

  @Test
  void namesInAnyUnicodeAreSealedWhateverTheLocale() throws Exception {
    assumeTrue(
        System.getProperty("sun.jnu.encoding").equals("UTF-8"),
        "skipped: this test cannot make such names itself; set LC_ALL=C.UTF-8");
    try (Installation house = Installation.initialised()) {
      house.environment().put("LC_ALL", "C");
      house.up();
      Path source = source(house);
      Files.writeString(source.resolve("e\u0301t\u00e9-\u6a21\u578b-\ud83d\udd11.txt"), "text");
      assertEquals(3, seal(house, source).integer("files"));
      Path copy = house.dir().resolve("copy");
      house.run(unseal(house, "order.json", copy)).ok();
      try (var paths = Files.list(source)) {
        for (Path path : paths.toList()) {
          assertEquals(-1, Files.mismatch(path, copy.resolve(path.getFileName())));
        }
      }
    }
  }

  /**
   * One file, cut off by Ctrl-C and by kill -9 wherever that finds it; then the plaintext again.
   */
  @Test
  void aFileThatWasCutOffIsGoneOnWithAndOpensToWhatItWas() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    System.out.println("SealingTest seed " + seed);
    Random random = new Random(seed);
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = Files.createDirectory(house.dir().resolve("model"));
      Path file = source.resolve("big.dat");
      long size = (300L << 20) + 77;
      write(file, size, random);
      Path ciphertext = house.home().resolve("vault/tiny/.staging-1/000001.floe");
      long until = 1;
      for (String signal : List.of("INT", "KILL", "KILL")) {
        until = random.nextLong(until, size * 9 / 10);
        long wanted = until;
        Process sealing = house.start(SEAL_BIG);
        Processes.await(
            60,
            "so much is sealed: " + wanted + ", seed " + seed,
            () -> Files.exists(ciphertext) && Files.size(ciphertext) >= wanted);
        signal(sealing, signal);
        sealing.waitFor();
        assertTrue(Files.exists(ciphertext.resolveSibling(".draft")), "seed " + seed);
      }
      byte[] header = head(ciphertext);
      Json.Obj sealed = house.run(SEAL_BIG).ok();
      assertEquals("resumed", sealed.string("way"), "seed " + seed);
      Path published = house.home().resolve("vault/tiny/1/000001.floe");
      assertArrayEquals(header, head(published), "seed " + seed);

      Path copy = house.dir().resolve("copy");
      Process copying = house.start(unseal(house, "first.json", copy));
      Processes.await(60, "the copy is under way", () -> plaintext(copy) > 1 << 20);
      signal(copying, "INT");
      copying.waitFor();
      assertFalse(Files.exists(copy), "plaintext is left, seed " + seed);
      house.run(unseal(house, "second.json", copy)).ok();
      assertEquals(-1, Files.mismatch(file, copy.resolve("big.dat")), "seed " + seed);
    }
  }

  private static final String[] SEAL_BIG = {
    "seal", "model", "--model", Installation.MODEL, "--as", "sysadmin"
  };

  /** As a terminal does: to the program and to what it started. */
  private static void signal(Process process, String signal) throws Exception {
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal, process.pid() + ""));
    process.descendants().forEach(child -> command.add(child.pid() + ""));
    new ProcessBuilder(command).start().waitFor();
  }

  private static long plaintext(Path copy) throws Exception {
    if (!Files.exists(copy)) {
      return 0;
    }
    try (var paths = Files.walk(copy)) {
      return paths.filter(Files::isRegularFile).mapToLong(p -> p.toFile().length()).sum();
    }
  }

  private static String[] unseal(Installation house, String name, Path to) throws Exception {
    String order = house.dir().resolve(name).toString();
    house
        .run(
            "unseal",
            "request",
            Installation.MODEL,
            "--reason",
            "drill",
            "--as",
            "sysadmin",
            "--out",
            order)
        .ok();
    house.run("unseal", "approve", order, "--as", "sec1", "--yes").ok();
    house.run("unseal", "approve", order, "--as", "sec2", "--yes").ok();
    return new String[] {"unseal", "run", order, "--to", to + "", "--as", "sysadmin"};
  }

  private static void write(Path file, long size, Random random) throws Exception {
    byte[] block = new byte[1 << 20];
    random.nextBytes(block);
    try (var out = Files.newOutputStream(file)) {
      for (long left = size; left > 0; left -= block.length) {
        block[(int) (left & 0xFFFF)]++;
        out.write(block, 0, (int) Math.min(block.length, left));
      }
    }
  }

  private static byte[] head(Path ciphertext) throws Exception {
    try (var in = Files.newInputStream(ciphertext)) {
      return in.readNBytes(74);
    }
  }

  private static Path source(Installation house) throws Exception {
    Path source = Files.createDirectory(house.dir().resolve("model"));
    Files.copy(Installation.model(), source.resolve("model.gguf"));
    Files.writeString(source.resolve("config.json"), "{}");
    return source;
  }

  private static Json.Obj seal(Installation house, Path source) throws Exception {
    return house
        .run("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin")
        .ok();
  }
}
