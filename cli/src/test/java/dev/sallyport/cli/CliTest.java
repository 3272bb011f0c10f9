package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
  @TempDir Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(new byte[0]),
            dir.resolve("default-home"));
    return new Cli(session).run(args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void helpListsEveryCommandAndSucceeds() {
    assertEquals(0, run("--help"));
    for (String command : List.of("init", "up", "seal", "release", "revoke", "log")) {
      assertTrue(out().contains("  " + command + " "), out());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "init",
        "up",
        "down",
        "status",
        "seal",
        "unseal request",
        "unseal show",
        "unseal approve",
        "unseal run",
        "unseal withdraw",
        "evidence add",
        "evidence import",
        "evidence list",
        "evidence withdraw",
        "release request",
        "release approve",
        "release show",
        "release list",
        "release stop",
        "release withdraw",
        "run",
        "stop",
        "revoke",
        "policy show",
        "policy set",
        "thresholds show",
        "thresholds set",
        "risk lint",
        "risk schema",
        "risk report",
        "commands allow",
        "commands profile",
        "principals add",
        "principals list",
        "principals remove",
        "log verify",
        "log show"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    assertEquals(0, run((command + " --help").split(" ", -1)), err());
    assertTrue(out().contains("Example"), out());
    assertTrue(out().contains("--home"), out());
  }

  @Test
  void noCommandIsAMistakeOfUse() {
    assertEquals(64, run());
    assertTrue(err().startsWith("usage:"), err());
  }

  @Test
  void anUnknownCommandIsOneLineAndStatus64() {
    assertEquals(64, run("frobnicate"));
    assertEquals(1, err().lines().count());
  }

  @Test
  void aGroupWithoutCommandIsAMistakeOfUse() {
    assertEquals(64, run("release"));
    assertEquals(1, err().lines().count());
  }

  @Test
  void aMissingInstallationIsStatus66WithAHint() {
    assertEquals(66, run("status"));
    assertTrue(err().contains("sallyport init"), err());
  }

  @Test
  void homeMayStandBeforeTheCommand() {
    assertEquals(66, run("--home", dir.resolve("elsewhere").toString(), "status"));
    assertTrue(err().contains("elsewhere"), err());
  }

  @Test
  void jsonErrorsAreOneObjectWithACode() throws Exception {
    assertEquals(66, run("status", "--json"));
    Json.Obj error = Json.parseObject(err.toByteArray()).object("error");
    assertEquals("missing", error.string("code"));
    assertTrue(out().isEmpty());
  }

  @Test
  void aStackTraceIsShownOnlyWithDebug() {
    run("status");
    assertFalse(err().contains("\tat "), err());
    run("status", "--debug");
    assertTrue(err().contains("\tat "), err());
  }

  @Test
  void initRefusesADirectoryThatHoldsSomething() throws Exception {
    Path home = Files.createDirectory(dir.resolve("full"));
    Files.writeString(home.resolve("mine"), "x");
    assertEquals(73, run("init", "--home", home.toString()));
    assertTrue(Files.exists(home.resolve("mine")));
  }

  @Test
  void initRefusesTooFewSecurityAdministrators() {
    assertEquals(64, run("init", "--person", "a:system-admin", "--person", "b:security-admin"));
    assertTrue(err().contains("security-admin"), err());
  }

  @Test
  void initRefusesANameThatIsAPath() {
    assertEquals(64, run("init", "--person", "../x:assessor"));
  }

  @Test
  void aPolicyTakesTwoSigners() throws Exception {
    Path home = Files.createDirectory(dir.resolve("h"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    assertEquals(64, run("policy", "set", "p.json", "--home", home.toString(), "--as", "sec1"));
    assertTrue(err().contains("two security administrators"), err());
  }

  /** A move into the clear is asked for by name, and half a place is none. */
  @Test
  void aRootKeyIsMovedToAPlaceThatIsNamedWhole() throws Exception {
    Path home = Files.createDirectory(dir.resolve("r"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    List<String> rotate =
        List.of("keys", "rotate", "--home", home.toString(), "--as", "sec1", "--as", "sec2");
    Map<List<String>, String> wrong = new LinkedHashMap<>();
    wrong.put(List.of("--to", "file"), "--passphrase-file FILE or --no-passphrase");
    wrong.put(
        List.of("--to", "file", "--no-passphrase", "--passphrase-file", "x"),
        "--passphrase-file FILE or --no-passphrase");
    wrong.put(List.of("--no-passphrase"), "need --to file");
    wrong.put(List.of("--to", "tpm", "--passphrase-file", "x"), "need --to file");
    wrong.put(List.of("--to", "pkcs11", "--pkcs11-token", "x"), "--to pkcs11 needs");
    wrong.put(List.of("--to", "pkcs11", "--tpm-pcrs", "7"), "need --to tpm");
    wrong.put(List.of("--tpm-pcrs", "7"), "need --to tpm");
    wrong.put(List.of("--to", "cloud"), "file, pkcs11 and tpm are known");
    for (Map.Entry<List<String>, String> one : wrong.entrySet()) {
      List<String> line = new ArrayList<>(rotate);
      line.addAll(one.getKey());
      err.reset();
      assertEquals(64, run(line.toArray(new String[0])), one.toString());
      assertTrue(err().contains(one.getValue()), err());
    }
  }

  /** It would be shown to the process that has the plaintext, to write to. */
  @Test
  void aDirectoryIsNoTpm() throws Exception {
    Path home = Files.createDirectory(dir.resolve("t"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    assertEquals(64, run("up", "--home", home.toString(), "--attest-tpm", dir.toString()));
    assertTrue(err().contains("neither a device nor a socket"), err());
    String fresh = dir.resolve("new").toString();
    assertEquals(
        64, run("init", "--home", fresh, "--root-key", "tpm", "--tpm-device", dir.toString()));
    assertTrue(err().contains("neither a device nor a socket"), err());
  }

  @Test
  void upRefusesAPassphraseFileThatIsNotThere() throws Exception {
    Path home = Files.createDirectory(dir.resolve("h"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    String missing = dir.resolve("none").toString();
    assertEquals(66, run("up", "--home", home.toString(), "--passphrase-file", missing));
    assertTrue(err().contains("--passphrase-file"), err());
  }

  @Test
  void signingNeedsExactlyOneKey() throws Exception {
    Path home = Files.createDirectory(dir.resolve("h"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    assertEquals(64, run("stop", "tiny", "--home", home.toString(), "--as", "a", "--key", "b"));
  }
}
