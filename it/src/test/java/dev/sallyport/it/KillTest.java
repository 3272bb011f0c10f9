package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** kill -9 of each process at random points loses nothing that was acknowledged. */
class KillTest {
  private static final List<String> VICTIMS =
      List.of(Processes.SERVER, Processes.KEYD, Processes.KEEPER, Processes.RUNTIME);

  @Test
  void whatWasAcknowledgedSurvivesKillsAtRandomPoints() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    int rounds = Integer.getInteger("sallyport.kills", 6);
    System.out.println("KillTest seed " + seed + ", rounds " + rounds);
    Random random = new Random(seed);
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      house.evidence();
      String release = house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      List<String> acknowledged = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        String victim = VICTIMS.get(round % VICTIMS.size());
        Thread killer = killLater(house, victim, random.nextInt(1500));
        addPrincipals(house, round, acknowledged);
        killer.join();
        String at = "seed " + seed + ", round " + round + ", " + victim;
        Processes.await(60, "healthy again: " + at, () -> healthy(house));
        assertEquals(new TreeSet<>(acknowledged), known(house, acknowledged), at);
        assertEquals("ACTIVE", house.run("release", "show", release).ok().string("state"), at);
      }
      String log = house.run("log", "show", "--from", "0", "--count", "100000").out();
      house.stopUp();
      house.run("log", "verify").ok();
      String said = payloads(log);
      for (String name : acknowledged) {
        assertTrue(said.contains(name), name + " is not in the log, seed " + seed);
      }
      assertTrue(log.contains("process.exited"), "the crashes are not in the log");
    }
  }

  /** All that people signed, out of the envelopes in the log. */
  private static String payloads(String log) throws Exception {
    StringBuilder out = new StringBuilder();
    for (String line : log.lines().toList()) {
      Json.Obj data = Json.parse(line).asObject("line").object("entry").object("data");
      if (data.find("envelope").isPresent()) {
        byte[] payload = data.object("envelope").base64("payload");
        out.append(new String(payload, StandardCharsets.UTF_8)).append('\n');
      }
    }
    return out.toString();
  }

  private static Thread killLater(Installation house, String victim, int millis) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            Thread.sleep(millis);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Processes.find(house.upProcess().toHandle(), victim)
              .ifPresent(ProcessHandle::destroyForcibly);
        });
  }

  /** Four commands, some of which meet the crash; only those that said yes count. */
  private static void addPrincipals(Installation house, int round, List<String> acknowledged)
      throws Exception {
    for (int i = 0; i < 4; i++) {
      String name = "user-" + round + "-" + i;
      Installation.Ran ran =
          house.run("principals", "add", name, "--tier", "limited", "--as", "sysadmin");
      if (ran.exit() == 0) {
        acknowledged.add(name);
      }
    }
  }

  private static boolean healthy(Installation house) throws Exception {
    return house.isUp()
        && Processes.find(house.upProcess().toHandle(), Processes.RUNTIME).isPresent();
  }

  private static Set<String> known(Installation house, List<String> acknowledged) throws Exception {
    TreeSet<String> names = new TreeSet<>();
    for (Json.Obj principal : house.run("principals", "list").ok().objects("principals")) {
      names.add(principal.string("name"));
    }
    names.retainAll(acknowledged);
    return names;
  }
}
