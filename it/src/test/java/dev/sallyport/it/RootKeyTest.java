package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Root keys through the real command line: rotation, destruction, a token or a TPM. */
class RootKeyTest {
  private static final String PIN = "424242";

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
    Path module = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    assumeTrue(Files.isReadable(module), "skipped: no " + module + "; apt-get install softhsm2");
    try (Installation house = Installation.empty()) {
      Path store = Files.createDirectory(house.dir().resolve("tokens"));
      Path conf = house.dir().resolve("softhsm2.conf");
      Files.writeString(conf, "directories.tokendir = " + store + "\nlog.level = ERROR\n");
      house.environment().put("SOFTHSM2_CONF", conf.toString());
      assertEquals(
          0,
          house
              .shell(
                  "softhsm2-util",
                  "--init-token",
                  "--free",
                  "--label",
                  "weights",
                  "--pin",
                  PIN,
                  "--so-pin",
                  PIN)
              .exit());
      Path pin = Files.writeString(house.dir().resolve("pin"), PIN + "\n");
      String[] init = {
        "init",
        "--port",
        "0",
        "--root-key",
        "pkcs11",
        "--pkcs11-module",
        module.toString(),
        "--pkcs11-token",
        "weights",
        "--pkcs11-path",
        store.toString(),
        "--pkcs11-path",
        conf.toString(),
        "--pkcs11-env",
        "SOFTHSM2_CONF=" + conf,
        "--pin-file",
        pin.toString()
      };
      house.run(init).ok();
      assertTrue(Files.notExists(house.home().resolve("keyd/root.key")));
      // The PIN is in its file only.
      assertEquals(
          pin.toString(),
          Json.parseObject(Files.readAllBytes(house.home().resolve("root-key.json")))
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
      Files.writeString(pin, PIN + "\n");
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
