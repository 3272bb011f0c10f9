package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.CommandProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DevicesTest {
  private static final Path NODE = Path.of("/dev/hwrng");

  private CommandProfile profile;

  @BeforeEach
  void needsADevice() throws Exception {
    assumeTrue(Files.isReadable(NODE), "skipped: no " + NODE + " that we may read");
    String text =
        "{\"version\": 1, \"devices\": [{\"path\": \"/dev/hwrng\", \"major\": 10, \"minor\": 183}]}";
    profile = CommandProfile.parse(Json.parse(text).asObject("profile"));
  }

  @Test
  void takesANodeThatIsThereAndOpens() throws Exception {
    new Devices(List.of(NODE), false).require(profile);
  }

  @Test
  void aNodeThatTheKeeperWasNotGivenIsRefusedThoughItIsThere() {
    Devices others = new Devices(List.of(Path.of("/dev/nvidia0")), false);
    BadInput bad = assertThrows(BadInput.class, () -> others.require(profile));
    assertTrue(bad.getMessage().endsWith("sallyport up --device /dev/hwrng"), bad.getMessage());
  }

  /** Runtimes as users of their own have only what all have. */
  @Test
  void aNodeThatRuntimesCannotOpenIsToldBefore() throws Exception {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(NODE);
    assumeTrue(
        !mode.contains(PosixFilePermission.OTHERS_READ),
        "skipped: " + NODE + " is open to all: " + PosixFilePermissions.toString(mode));
    Devices devices = new Devices(List.of(NODE), true);
    BadInput bad = assertThrows(BadInput.class, () -> devices.require(profile));
    assertEquals(
        "device /dev/hwrng cannot be opened by runtimes, which are users of their own: it must be"
            + " readable by all",
        bad.getMessage());
  }
}
