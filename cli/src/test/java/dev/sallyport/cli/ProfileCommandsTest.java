package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles as people give them: wrong ones are told before anything is asked or signed. */
class ProfileCommandsTest {
  private static final Path HWRNG = Path.of("/dev/hwrng");

  @TempDir Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    out.reset();
    err.reset();
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(new byte[0]),
            dir.resolve("home"));
    return new Cli(session).run(args);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void assertRefused(int status, String said, Path profile) {
    String file = profile.toString();
    for (List<String> command :
        List.of(
            List.of("commands", "allow", "--as", "sec1", "--as", "sec2"),
            List.of("run", "tiny", "--as", "sysadmin"))) {
      List<String> line = new java.util.ArrayList<>(command);
      line.addAll(List.of("--profile", file, "--", "true"));
      assertEquals(status, run(line.toArray(new String[0])), err());
      assertEquals(1, err().lines().count(), err());
      assertTrue(err().contains("--profile " + file) && err().contains(said), err());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|JSON",
        "[]|not an object",
        "{}|version",
        "{\"version\": 1|JSON",
        "{\"version\": 1, \"version\": 1}|version",
        "{\"version\": 1}|neither gives nor limits",
        "{\"version\": 2, \"systemCalls\": [\"kcmp\"]}|version is 2",
        "{\"version\": 1, \"capabilities\": []}|capabilities",
        "{\"version\": 1, \"sockets\": [\"inet\"]}|sockets",
        "{\"version\": 1, \"devices\": [\"/dev/x\"]}|devices",
        "{\"version\": 1, \"devices\": [{\"path\": \"/dev/kvm\", \"major\": 10, \"minor\": 232}]}|no runtime",
        "{\"version\": 1, \"devices\": [{\"path\": \"/dev/x\", \"major\": 1, \"minor\": 1}]}|no runtime",
        "{\"version\": 1, \"devices\": [{\"path\": \"/dev/*\", \"major\": 195, \"minor\": 1}]}|plain path",
        "{\"version\": 1, \"limits\": {\"memoryPercent\": 99}}|memoryPercent is 99",
        "{\"version\": 1, \"systemCalls\": [\"ptrace\"]}|system call",
        "{\"version\": 1, \"environment\": {\"LD_PRELOAD\": \"x\"}}|LD_PRELOAD",
        "{\"version\": 1, \"environment\": {\"TZ\": \"/etc/x\"}}|TZ",
      })
  void aBadDocumentIsOneLineThatNamesIt(String text, String said) throws Exception {
    Path file = Files.writeString(dir.resolve("p.json"), text);
    String known = said.equals("JSON") ? "" : said;
    assertRefused(65, known, file);
  }

  @Test
  void aFileThatIsMissingOrWithoutEndIsRefused() throws Exception {
    assertRefused(66, "cannot be read", dir.resolve("none.json"));
    Path big = Files.writeString(dir.resolve("big.json"), " ".repeat((1 << 14) + 1));
    assertRefused(65, "longer than 16384 bytes", big);
  }

  @Test
  void aProfileGoesWithACommand() throws Exception {
    Path file =
        Files.writeString(
            dir.resolve("p.json"), "{\"version\": 1, \"environment\": {\"TZ\": \"UTC\"}}");
    assertEquals(64, run("run", "tiny", "--as", "sysadmin", "--profile", file.toString()));
    assertTrue(err().contains("-- CMD"), err());
  }

  @Test
  void writesOneForADeviceOfThisHost() throws Exception {
    assumeTrue(Files.exists(HWRNG), "skipped: no " + HWRNG);
    assertEquals(
        0, run("commands", "profile", HWRNG.toString(), "--env", "CUDA_VISIBLE_DEVICES=0"));
    Json.Obj made = Json.parse(out.toString(StandardCharsets.UTF_8)).asObject("profile");
    Json.Obj device = made.objects("devices").getFirst();
    assertEquals(10, device.integer("major"));
    assertEquals(183, device.integer("minor"));
    assertEquals("0", made.object("environment").string("CUDA_VISIBLE_DEVICES"));
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/no-such-node,does not exist",
    "/dev/null,no runtime",
    "/etc/passwd,plain path",
  })
  void writesNoneForWhatIsNoDeviceForRuntimes(String path, String said) {
    assertEquals(65, run("commands", "profile", path));
    assertTrue(err().contains(said), err());
    assertEquals(65, run("commands", "profile"));
    assertTrue(err().contains("neither"), err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ',',
      value = {
        "/dev/no-such-node,does not exist",
        "/dev/null,no runtime",
        "/etc,plain path",
      })
  void upOffersNothingElseToTheKeeper(String path, String said) throws Exception {
    Path home = Files.createDirectories(dir.resolve("home"));
    Files.writeString(home.resolve("trust-root.json"), "{}");
    assertEquals(66, run("up", "--device", path), err());
    assertTrue(err().contains("--device") && err().contains(said), err());
  }
}
