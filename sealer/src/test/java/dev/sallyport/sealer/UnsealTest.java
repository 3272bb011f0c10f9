package dev.sallyport.sealer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plaintext copy made by a real process, against a keyd and a server that run here. */
class UnsealTest {
  private static final String[] ALL = {"ada", "sam", "sue"};

  @TempDir Path dir;
  private House house;
  private Path output;
  private Path target;
  private SealedModel sealed;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    output = dir.resolve("output");
    house.file("config.json", 200);
    house.file("model.gguf", 3_500_000);
    Files.createDirectory(house.source.resolve("sub"));
    house.file("sub/tokenizer.json", 3000);
    house.start();
    Process sealer = house.sealer(output);
    assertEquals(0, sealer.waitFor(), () -> read(output));
    sealed = house.open(1);
    house.log.clear();
    target = directory("target");
  }

  @AfterEach
  void close() throws Exception {
    house.close();
  }

  private Path directory(String name) throws IOException {
    return Files.createDirectory(
        dir.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private Path order() throws IOException {
    return house.order(sealed, Instant.now(), ALL);
  }

  private void assertFails(int status, String message, Path order, String... prefix)
      throws Exception {
    Process unsealer = house.unsealer(output, order, target, prefix);
    assertEquals(status, unsealer.waitFor(), () -> read(output));
    assertTrue(read(output).contains(message), read(output));
    assertEquals(List.of(), names(target), "plaintext was left behind");
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.skip(1).map(p -> directory.relativize(p).toString()).sorted().toList();
    }
  }

  /** What the server was told, in order: {@code unseal.done}, {@code unseal.failed write}. */
  private List<String> told() throws Exception {
    List<String> told = new ArrayList<>();
    for (Json.Obj request : house.log) {
      if (request.string("op").equals("event")) {
        Optional<String> reason = request.object("data").findString("reason");
        told.add(request.string("type") + reason.map(r -> " " + r).orElse(""));
      } else {
        told.add(request.string("op"));
      }
    }
    return told;
  }

  @Test
  void copiesVerifiesAndLogs() throws Exception {
    Process unsealer = house.unsealer(output, order(), target);
    assertEquals(0, unsealer.waitFor(), () -> read(output));
    Json.Obj result = House.result(output);
    assertEquals(3_503_200, result.integer("bytes"));
    assertEquals(sealed.manifest(), result.digest("manifest"));
    assertEquals(List.of("config.json", "model.gguf", "sub", "sub/tokenizer.json"), names(target));
    for (String name : List.of("config.json", "model.gguf", "sub/tokenizer.json")) {
      Path copy = target.resolve(name);
      assertEquals(house.digestOf(name), Digest.of(Files.readAllBytes(copy)));
      assertEquals("rw-------", mode(copy));
    }
    assertEquals("rwx------", mode(target.resolve("sub")));
    assertEquals(List.of("unseal.intend", "unseal.done"), told());
    Json.Obj done = house.log.getLast().object("data");
    assertEquals(result.digest("order"), done.digest("order"));
    assertEquals(3, done.integer("files"));
    assertEquals(3_503_200, done.integer("bytes"));
    assertTrue(read(output).contains("{\"progress\":{\"bytes\":3503200,\"total\":3503200}}"));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void asksNobodyForAnOrderThatIsNotGood() throws Exception {
    Instant now = Instant.now();
    assertFails(
        65, "1 security administrators; 2 are needed", house.order(sealed, now, "ada", "sam"));
    assertFails(65, "the holder has not signed", house.order(sealed, now, "sam", "sue"));
    Path old = house.order(sealed, now.minus(Duration.ofHours(1)), ALL);
    assertFails(65, "order ended at", old);
    Path order = order();
    Files.delete(house.signer);
    Files.move(dir.resolve("sam.key"), house.signer);
    assertFails(65, "the order is for ada, not for this key", order);
    assertEquals(List.of(), told());
  }

  @Test
  void asksNobodyWithoutAFitTarget() throws Exception {
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertFails(65, "the target has mode rwxr-xr-x", order());
    target = directory("full");
    Path mine = Files.writeString(target.resolve("mine"), "x");
    Process unsealer = house.unsealer(output, order(), target);
    assertEquals(65, unsealer.waitFor(), () -> read(output));
    assertTrue(read(output).contains("the target is not empty"), read(output));
    assertEquals("x", Files.readString(mine));
    assertEquals(List.of(), told());
  }

  @Test
  void asksKeydForNothingThatTheServerRefusesToLog() throws Exception {
    List<Json.Obj> asked = new ArrayList<>();
    house.beforeUnseal = (request, _) -> asked.add(request);
    house.beforeLog =
        (_, _) -> {
          throw new Refusal("log", "disk full");
        };
    assertFails(1, "server refused (log): disk full", order());
    assertEquals(List.of(), asked);
  }

  @Test
  void reportsARefusalOfKeyd() throws Exception {
    house.beforeUnseal =
        (_, _) -> {
          throw new Refusal("replay", "order was used before");
        };
    assertFails(1, "keyd refused (replay): order was used before", order());
    assertEquals(List.of("unseal.intend", "unseal.failed keyd"), told());
  }

  @Test
  void removesTheCopyOfAModelThatWasDamaged() throws Exception {
    Path ciphertext = house.home.resolve("vault/tiny/1/000002.floe");
    byte[] bytes = Files.readAllBytes(ciphertext);
    bytes[2_500_000] ^= 1;
    Files.write(ciphertext, bytes);
    assertFails(65, "tag mismatch", order());
    assertEquals(List.of("unseal.intend", "unseal.failed damaged"), told());
  }

  @Test
  void removesACopyWhoseEndCannotBeLogged() throws Exception {
    house.beforeLog =
        (request, _) -> {
          if (request.findString("type").orElse("").equals("unseal.done")) {
            throw new Refusal("log", "disk full");
          }
        };
    assertFails(1, "server refused (log): disk full", order());
    assertEquals(List.of("unseal.intend", "unseal.failed log"), told());
  }

  @Test
  void removesACopyThatCannotBeWrittenToItsEnd() throws Exception {
    // A limit of 1 MB for any file: the write in the middle of the model fails for every user.
    assertFails(
        74, "cannot write the copy", order(), "sh", "-c", "ulimit -f 2000; exec \"$@\"", "sh");
    assertEquals(List.of("unseal.intend", "unseal.failed write"), told());
  }

  @Test
  void leavesNothingOnAFullDisk() throws Exception {
    Path small = Files.createDirectory(dir.resolve("small"));
    assumeTrue(mount(small), "skipped: mounting a small tmpfs needs root");
    try {
      Files.write(small.resolve("ballast"), new byte[1 << 20]);
      target = directory("small/target");
      assertFails(65, "the copy needs 3503200 bytes", order());
      assertEquals(List.of(), told());
      Files.delete(small.resolve("ballast"));
      house.beforeUnseal = (_, _) -> Files.write(small.resolve("filler"), new byte[1 << 20]);
      assertFails(74, "No space left on device", order());
      assertEquals(List.of("unseal.intend", "unseal.failed write"), told());
    } finally {
      run("umount", small.toString());
    }
  }

  private static boolean mount(Path at) throws Exception {
    return run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", at.toString()) == 0;
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
