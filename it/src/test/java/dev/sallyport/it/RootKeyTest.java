package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Root keys through the real command line: rotation, destruction, a token or a TPM. */
class RootKeyTest {
  @Test
  void aRotatedRootKeyKeepsEveryModelReadableAndADestroyedOneDoesNot() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      rotateAndDestroy(house);
      house.stopUp();
      house.up();
      assertEquals(
          "file", house.run("keys", "show").ok().objects("keys").getFirst().string("provider"));
      house.run("log", "verify").ok();
    }
  }

  @Test
  void theRootKeyLivesOnATokenFromTheCeremonyOn() throws Exception {
    try (Installation house = Installation.empty()) {
      SoftToken token = SoftToken.make(house);
      Path pin = token.pin();
      List<String> init = new ArrayList<>(List.of("init", "--port", "0", "--root-key", "pkcs11"));
      init.addAll(token.options());
      house.run(init.toArray(new String[0])).ok();
      assertTrue(Files.notExists(house.home().resolve("keyd/root.key")));
      // The PIN is in its file only.
      assertEquals(
          pin.toString(),
          Json.parseObject(Files.readAllBytes(house.home().resolve("root-key.json")))
              .objects("places")
              .getFirst()
              .string("pin"));
      house.up();
      house.seal();
      rotateAndDestroy(house);
      Json.Obj key = house.run("keys", "show").ok().objects("keys").getFirst();
      assertEquals("pkcs11", key.string("provider"));
      house.stopUp();
      Files.writeString(pin, "999999\n");
      Installation.Ran refused = house.run("up");
      assertEquals(69, refused.exit());
      assertTrue(refused.err().contains("token \"weights\" refuses the PIN"), refused.err());
      Installation.Ran untried = house.run("up");
      assertTrue(untried.err().contains("not tried again"), untried.err());
      Files.writeString(pin, SoftToken.PIN + "\n");
      house.up();
    }
  }

  @Test
  void theRootKeyIsSealedToTheMachinesState() throws Exception {
    try (Installation house = Installation.empty();
        SoftTpm tpm = SoftTpm.start()) {
      String socket = tpm.socket().toString();
      Installation.Ran wrong =
          house.run("init", "--root-key", "tpm", "--tpm-device", socket, "--tpm-pcrs", "99");
      assertEquals(69, wrong.exit());
      assertTrue(wrong.err().contains("numbers of 0 to 23"), wrong.err());
      house
          .run(
              "init",
              "--port",
              "0",
              "--root-key",
              "tpm",
              "--tpm-device",
              socket,
              "--tpm-pcrs",
              "7,16")
          .ok();
      assertTrue(Files.notExists(house.home().resolve("keyd/root.key")));
      house.up();
      house.seal();
      rotateAndDestroy(house);
      Json.Obj key = house.run("keys", "show").ok().objects("keys").getFirst();
      assertEquals("tpm", key.string("provider"));
      house.stopUp();
      tpm.extend(16);
      Installation.Ran refused = house.run("up");
      assertEquals(69, refused.exit());
      assertTrue(refused.err().contains("measured state (PCR 7,16)"), refused.err());
    }
  }

  @Test
  void theRootKeyMovesToATokenToATpmAndBackToAFile() throws Exception {
    try (Installation house = Installation.initialised();
        SoftTpm tpm = SoftTpm.start()) {
      final SoftToken token = SoftToken.make(house);
      house.up();
      house.seal();
      house.evidence();
      house.release();
      requireRuns(house);
      final String file = house.run("keys", "show").ok().string("current");

      List<String> toToken = rotate("pkcs11");
      toToken.addAll(token.options());
      requireUnseen(house, toToken, "sallyport down && sallyport up, then");
      restart(house);
      Json.Obj onToken = run(house, toToken).ok();
      assertEquals("weights", onToken.object("place").string("token"));
      assertEquals(file, onToken.string("previous"));
      assertEquals(1, onToken.integer("rewrapped"));
      requireInForce(house, "pkcs11");
      requireRuns(house);
      destroy(house, file).ok();
      assertTrue(Files.notExists(house.home().resolve("keyd/root.key")));

      List<String> toTpm = rotate("tpm");
      toTpm.addAll(List.of("--tpm-device", tpm.socket().toString(), "--tpm-pcrs", "7,16"));
      requireUnseen(house, toTpm, "sallyport down && sallyport up, then");
      restart(house);
      requireInForce(house, "pkcs11");
      final String onTpm = run(house, toTpm).ok().string("current");
      requireInForce(house, "tpm");
      requireRuns(house);
      destroy(house, onToken.string("current")).ok();
      String noted = Files.readString(house.home().resolve("root-key.json"));
      assertFalse(noted.contains("pkcs11"), noted);

      // Before an update that changes PCR 16: to registers that it leaves alone.
      List<String> toOther = rotate("tpm");
      toOther.addAll(List.of("--tpm-device", tpm.socket().toString(), "--tpm-pcrs", "7"));
      assertEquals("7", run(house, toOther).ok().object("place").string("pcrs"));
      house.stopUp();
      tpm.extend(16);
      house.up();
      requireRuns(house);
      Json.Obj shut = house.run("keys", "show").ok().objects("keys").getFirst();
      assertEquals(onTpm, shut.string("id"));
      assertTrue(shut.string("unreachable").contains("PCR 7,16"), shut.string("unreachable"));
      destroy(house, onTpm).ok();
      // After it: to what the machine measures now.
      run(house, toTpm).ok();

      Path passphrase = Files.writeString(house.dir().resolve("passphrase"), "correct horse\n");
      List<String> toFile = rotate("file");
      assertEquals(64, run(house, toFile).exit());
      toFile.addAll(List.of("--passphrase-file", passphrase.toString()));
      String asked = "sallyport down && sallyport up --passphrase-file " + passphrase + ", then";
      requireUnseen(house, toFile, asked);
      restart(house, "--passphrase-file", passphrase.toString());
      assertTrue(run(house, toFile).ok().object("place").bool("passphrase"));
      requireInForce(house, "file");
      requireRuns(house);
      restart(house, "--passphrase-file", passphrase.toString());
      requireRuns(house);
      // Whoever reads the log sees where each key was ordered to.
      String orders = ordered(house);
      for (String place :
          List.of("\"token\":\"weights\"", "\"pcrs\":\"7,16\"", "\"passphrase\":true")) {
        assertTrue(orders.contains(place), orders);
      }
      house.stopUp();
      house.run("log", "verify").ok();
    }
  }

  /** What was signed of the orders in the log. */
  private static String ordered(Installation house) throws Exception {
    StringBuilder all = new StringBuilder();
    Installation.Ran shown =
        house.run("log", "show", "--from", "0", "--count", "1000", "--type", "root-key.ordered");
    for (String line : shown.out().lines().toList()) {
      Json.Obj data = Json.parse(line).asObject("line").object("entry").object("data");
      byte[] payload = data.object("envelope").base64("payload");
      all.append(new String(payload, StandardCharsets.UTF_8)).append('\n');
    }
    return all.toString();
  }

  private static List<String> rotate(String kind) {
    return new ArrayList<>(List.of("keys", "rotate", "--as", "sec1", "--as", "sec2", "--to", kind));
  }

  private static Installation.Ran run(Installation house, List<String> command) throws Exception {
    return house.run(command.toArray(new String[0]));
  }

  private static Installation.Ran destroy(Installation house, String key) throws Exception {
    return house.run("keys", "destroy", key, "--as", "sec1", "--as", "sec2", "--yes-destroy", key);
  }

  private static void restart(Installation house, String... options) throws Exception {
    house.stopUp();
    house.up(options);
  }

  /** What keyd does not see is said before anything is signed. */
  private static void requireUnseen(Installation house, List<String> command, String remedy)
      throws Exception {
    Json.Obj before = house.run("keys", "show").ok();
    long entries = house.status().object("log").integer("size");
    Installation.Ran ran = run(house, command);
    assertEquals(69, ran.exit(), ran.err());
    assertTrue(ran.err().contains("nothing was changed"), ran.err());
    assertTrue(ran.err().contains(remedy), ran.err());
    assertEquals(before, house.run("keys", "show").ok());
    assertEquals(entries, house.status().object("log").integer("size"));
  }

  private static void requireInForce(Installation house, String provider) throws Exception {
    assertEquals(provider, house.status().object("keyd").string("rootKey"));
  }

  private static void requireRuns(Installation house) throws Exception {
    house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
    house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
  }

  private static void rotateAndDestroy(Installation house) throws Exception {
    Json.Obj first = house.run("keys", "show").ok();
    String old = first.string("current");
    assertEquals(List.of("tiny version 1"), first.objects("keys").getFirst().strings("models"));
    assertEquals(64, house.run("keys", "rotate", "--as", "sec1").exit());
    Json.Obj rotated = house.run("keys", "rotate", "--as", "sec1", "--as", "sec2").ok();
    assertEquals(1, rotated.integer("rewrapped"));
    String current = rotated.string("current");
    assertNotEquals(old, current);
    assertEquals(0, house.run("keys", "rewrap").ok().integer("rewrapped"));
    house.seal();
    Installation.Ran asked = house.run("keys", "destroy", current, "--as", "sec1", "--as", "sec2");
    assertEquals(64, asked.exit());
    assertTrue(asked.err().contains("tiny version 1, tiny version 2"), asked.err() + asked.out());
    house.run("keys", "destroy", old, "--as", "sec1", "--as", "sec2", "--yes-destroy", old).ok();
    Json.Obj after = house.run("keys", "show").ok();
    assertEquals(1, after.objects("keys").size());
    assertEquals(
        List.of("tiny version 1", "tiny version 2"),
        after.objects("keys").getFirst().strings("models"));
    // What is under the present key still unwraps in keyd: it can be wrapped anew once more.
    String third =
        house.run("keys", "rotate", "--as", "sec1", "--as", "sec2").ok().string("current");
    assertEquals(third, house.run("keys", "show").ok().string("current"));
  }
}
