package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * kill -9 of the real keyd while root keys are rotated and destroyed, at random points: it comes
 * back by itself, and every model opens, or its key is one that was ordered destroyed and is gone.
 */
class RootKeyKillTest {
  private static final String[] BOTH = {"--as", "sec1", "--as", "sec2"};

  /** From the order's command to its end takes about a second here. */
  private static final int SPAN_MILLIS = 1500;

  @Test
  void noModelIsLostAndNoDestroyedKeyComesBack() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    int rounds = Integer.getInteger("sallyport.kills", 1);
    System.out.println("RootKeyKillTest seed " + seed + ", rounds " + rounds);
    Random random = new Random(seed);
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      for (int round = 0; round < rounds; round++) {
        String at = "seed " + seed + ", round " + round;
        String before = current(house);
        killed(house, random, "keys", "rotate");
        String after = current(house);
        requireOpens(house, at);
        if (!after.equals(before)) {
          destroyKilled(house, random, before, at);
          requireOpens(house, at);
        }
      }
      // The last one has the model under it: it goes for good, or the model still opens.
      String last = current(house);
      requireAllUnder(house, last);
      destroyKilled(house, random, last, "seed " + seed + ", last");
      Installation.Ran rewrap = house.run("keys", "rewrap");
      assertNotEquals(0, rewrap.exit(), rewrap.out());
      assertTrue(
          house.run("keys", "show").ok().objects("keys").stream()
              .noneMatch(key -> id(key).equals(last)),
          "the destroyed key is listed");
      house.stopUp();
      house.run("log", "verify").ok();
    }
  }

  /** Either side of the switch has all: the kind of holder makes no difference. */
  @Test
  void noModelIsLostWhenTheKeyMovesBetweenKinds() throws Exception {
    long seed = Long.getLong("sallyport.seed", new Random().nextLong());
    int rounds = Integer.getInteger("sallyport.kills", 0);
    assumeTrue(rounds > 0, "skipped: ./check --full kills keyd while the key moves");
    System.out.println("RootKeyKillTest seed " + seed + ", rounds " + rounds);
    Random random = new Random(seed);
    try (Installation house = Installation.initialised();
        SoftTpm tpm = SoftTpm.start()) {
      Map<String, List<String>> places = new LinkedHashMap<>();
      places.put("pkcs11", SoftToken.make(house).options());
      places.put("tpm", List.of("--tpm-device", tpm.socket().toString(), "--tpm-pcrs", "7"));
      places.put("file", List.of("--no-passphrase"));
      house.up();
      house.seal();
      // keyd is to see them all; that is noted, and nothing moves yet.
      for (String kind : List.of("pkcs11", "tpm")) {
        assertEquals(69, house.run(with(move(kind, places.get(kind)))).exit());
      }
      house.stopUp();
      house.up();
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<String, List<String>> place : places.entrySet()) {
          String at = "seed " + seed + ", round " + round + ", to " + place.getKey();
          String before = current(house);
          String kind = kind(house);
          killed(house, random, move(place.getKey(), place.getValue()));
          if (current(house).equals(before)) {
            assertEquals(kind, kind(house), at);
            requireOpens(house, at);
            house.run(with(move(place.getKey(), place.getValue()))).ok();
          }
          assertEquals(place.getKey(), kind(house), at);
          requireOpens(house, at);
          destroyKilled(house, random, before, at);
          requireOpens(house, at);
        }
      }
      house.stopUp();
      house.run("log", "verify").ok();
    }
  }

  private static String[] move(String kind, List<String> options) {
    List<String> all = new ArrayList<>(List.of("keys", "rotate", "--to", kind));
    all.addAll(options);
    return all.toArray(new String[0]);
  }

  private static String kind(Installation house) throws Exception {
    return house.status().object("keyd").string("rootKey");
  }

  /** Gives the order until the key is gone; one that was begun is finished without another. */
  private static void destroyKilled(Installation house, Random random, String key, String at)
      throws Exception {
    killed(house, random, "keys", "destroy", key, "--yes-destroy", key);
    if (listed(house, key)) {
      Installation.Ran again = house.run(with("keys", "destroy", key, "--yes-destroy", key));
      assertEquals(0, again.exit(), at + again.err());
    }
    assertFalse(listed(house, key), at);
  }

  private static void killed(Installation house, Random random, String... command)
      throws Exception {
    int millis = random.nextInt(SPAN_MILLIS);
    Process running = house.start(with(command));
    running.getOutputStream().close();
    Thread drain = Thread.ofVirtual().start(() -> drained(running));
    // The point in time is what is random; nothing is awaited by it.
    Thread.sleep(millis);
    Optional<ProcessHandle> keyd = Processes.find(house.upProcess().toHandle(), Processes.KEYD);
    keyd.ifPresent(ProcessHandle::destroyForcibly);
    running.waitFor();
    drain.join();
    Processes.await(60, "keyd is back", () -> house.isUp());
  }

  private static void drained(Process process) {
    try {
      process.getInputStream().readAllBytes();
      process.getErrorStream().readAllBytes();
    } catch (java.io.IOException ended) {
      // Its end is what was waited for.
    }
  }

  /** keyd unwraps every data key under whatever it is, and wraps it under the present one. */
  private static void requireOpens(Installation house, String at) throws Exception {
    Installation.Ran rewrap = house.run("keys", "rewrap");
    assertEquals(0, rewrap.exit(), at + rewrap.err());
    requireAllUnder(house, current(house));
    house.run("keys", "rewrap").ok();
  }

  private static void requireAllUnder(Installation house, String key) throws Exception {
    for (Json.Obj one : house.run("keys", "show").ok().objects("keys")) {
      List<String> expected = id(one).equals(key) ? List.of("tiny version 1") : List.of();
      assertEquals(expected, one.strings("models"));
    }
  }

  private static boolean listed(Installation house, String key) throws Exception {
    return house.run("keys", "show").ok().objects("keys").stream()
        .anyMatch(one -> id(one).equals(key));
  }

  private static String current(Installation house) throws Exception {
    return house.run("keys", "show").ok().string("current");
  }

  private static String id(Json.Obj key) {
    try {
      return key.string("id");
    } catch (dev.sallyport.core.BadInput e) {
      throw new AssertionError(e);
    }
  }

  private static String[] with(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(BOTH));
    return all.toArray(new String[0]);
  }
}
