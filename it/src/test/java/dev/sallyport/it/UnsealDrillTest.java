package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A plaintext copy by the real programs: by three people, once, logged, or not at all. */
class UnsealDrillTest {
  private static final String[] APPROVERS = {"sec1", "sec2"};

  @Test
  void threePeopleMakeOnePlaintextCopyAndTheLogTells() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      // The second version uses the file of the first: its key comes out of the carry key.
      assertEquals(2, house.seal().integer("version"));
      Path order = order(house, "order.json", APPROVERS);
      Path copy = house.dir().resolve("copy");
      Json.Obj done = unseal(house, order, copy).ok();
      assertEquals(Installation.MODEL, done.string("model"));
      Path file = copy.resolve(Installation.model().getFileName());
      assertEquals(-1, Files.mismatch(Installation.model(), file));
      assertEquals("rw-------", mode(file));
      assertEquals("rwx------", mode(copy));
      assertEquals(List.of(file), files(copy));

      Path again = house.dir().resolve("again");
      Installation.Ran second = unseal(house, order, again);
      assertEquals(1, second.exit(), second.err());
      assertTrue(second.err().contains("replay"), second.err());
      assertFalse(Files.exists(again));

      // A clear refusal for one signature too few, for the wrong holder, for a withdrawn order.
      Path incomplete = order(house, "incomplete.json", "sec1");
      assertEquals(1, unseal(house, incomplete, again).exit());
      Path withdrawn = order(house, "withdrawn.json", APPROVERS);
      house
          .run("unseal", "withdraw", withdrawn + "", "--as", "sec2", "--reason", "changed my mind")
          .ok();
      Installation.Ran late = unseal(house, withdrawn, again);
      assertEquals(1, late.exit(), late.err());
      assertTrue(late.err().contains("withdrawn"), late.err());
      assertFalse(Files.exists(again));

      List<String> types = types(house);
      assertEquals(2, types.stream().filter("unseal.intended"::equals).count(), types.toString());
      assertEquals(1, types.stream().filter("unseal.done"::equals).count(), types.toString());
      assertEquals(1, types.stream().filter("unseal.failed"::equals).count(), types.toString());
      assertTrue(
          Files.readString(house.home().resolve("keyd/state/journal")).contains("\"unseal\""));
      house.stopUp();
      house.run("log", "verify").ok();
    }
  }

  @Test
  void aDamagedModelLeavesNoPlaintextBehind() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      Path order = order(house, "order.json", APPROVERS);
      Path sealed = house.home().resolve("vault/" + Installation.MODEL + "/1/000001.floe");
      byte[] bytes = Files.readAllBytes(sealed);
      bytes[bytes.length / 2] ^= 1;
      Files.write(sealed, bytes);
      Path copy = house.dir().resolve("copy");
      Installation.Ran ran = unseal(house, order, copy);
      assertEquals(65, ran.exit(), ran.err());
      assertTrue(ran.err().contains("tag mismatch"), ran.err());
      assertFalse(Files.exists(copy));
      assertTrue(types(house).contains("unseal.failed"));
    }
  }

  @Test
  void anInterruptedCopyIsRemovedAndReported() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      Path source = Files.createDirectory(house.dir().resolve("source"));
      try (var large =
          Files.newByteChannel(
              source.resolve("a.bin"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        large.position(1L << 30).write(ByteBuffer.allocate(1));
      }
      house.run("seal", source + "", "--model", Installation.MODEL, "--as", "sysadmin").ok();
      Path order = order(house, "order.json", APPROVERS);
      Path copy = house.dir().resolve("copy");
      Process running =
          house.start("unseal", "run", order + "", "--to", copy + "", "--as", "sysadmin");
      Processes.await(60, "a copy has begun", () -> Files.exists(copy) && !files(copy).isEmpty());
      running.destroy();
      assertTrue(running.waitFor(60, TimeUnit.SECONDS));
      assertFalse(Files.exists(copy));
      List<String> entries = house.run("log", "show", "--count", "1000").out().lines().toList();
      String failed = entries.stream().filter(e -> e.contains("unseal.failed")).findFirst().get();
      assertTrue(failed.contains("\"reason\":\"interrupted\""), failed);
    }
  }

  private static Path order(Installation house, String name, String... approvers) throws Exception {
    Path order = house.dir().resolve(name);
    house
        .run(
            "unseal",
            "request",
            Installation.MODEL,
            "--reason",
            "copy for the regulator",
            "--as",
            "sysadmin",
            "--out",
            order + "")
        .ok();
    for (String approver : approvers) {
      house.run("unseal", "approve", order + "", "--as", approver, "--yes").ok();
    }
    return order;
  }

  private static Installation.Ran unseal(Installation house, Path order, Path to) throws Exception {
    return house.run("unseal", "run", order + "", "--to", to + "", "--as", "sysadmin");
  }

  private static List<String> types(Installation house) throws Exception {
    String log = house.run("log", "show", "--from", "0", "--count", "1000").out();
    List<String> types = new ArrayList<>();
    for (String line : log.lines().toList()) {
      types.add(Json.parse(line).asObject("line").object("entry").string("type"));
    }
    return types;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.toList();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
