package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.LeaseRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands with a profile of their own; keyd is a stand-in that has signed one of them. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ProfileTest {
  private static final String GOOD =
      """
      {"version": 1, "limits": {"files": 64}, "environment": {"CUDA_VISIBLE_DEVICES": "3"}}
      """;

  private static final Digest UNASKED = Digest.of("");

  @TempDir Path dir;
  private Stage stage;
  private Running running;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(dir);
    stage.lastCommand = UNASKED;
    running = Running.on(stage);
  }

  @AfterEach
  void close() throws Exception {
    if (running != null) {
      running.close();
    }
  }

  private static Json.Obj json(String text) throws Exception {
    return Json.parse(text).asObject("profile");
  }

  private Json.Obj ask(Json.Obj request) throws Exception {
    return new Peer(stage.home.listen(), Duration.ofMinutes(2)).ask(request);
  }

  private Json.Obj run(List<String> command, Optional<Json.Obj> profile) throws Exception {
    Json.Builder request =
        Json.obj()
            .put("op", "run")
            .put("model", "tiny")
            .put("version", 1)
            .put("release", Stage.RELEASE)
            .put("command", Json.strings(command));
    profile.ifPresent(p -> request.put("profile", p));
    return ask(request.build());
  }

  private Refusal refused(List<String> command, Optional<Json.Obj> profile) {
    return assertThrows(Refusal.class, () -> run(command, profile));
  }

  @Test
  void aProfileThatWasAlteredIsAnotherCommandAndNoneIs() throws Exception {
    Path java = Path.of(stage.standIn().getFirst());
    Map<String, Digest> contents = Map.of(java.toString(), Digest.of(Files.readAllBytes(java)));
    stage.onlyCommand =
        Optional.of(
            LeaseRequest.commandDigest(
                stage.standIn(), List.of(), contents, Optional.of(json(GOOD).digest())));
    Json.Obj altered = json(GOOD.replace("64", "65"));
    assertEquals("command", refused(stage.standIn(), Optional.of(altered)).code());
    assertEquals("command", refused(stage.standIn(), Optional.empty()).code());
    assertEquals("running", run(stage.standIn(), Optional.of(json(GOOD))).string("state"));
    Json.Obj status = ask(Json.obj().put("op", "status").build());
    assertEquals(json(GOOD).digest(), status.objects("models").getFirst().digest("profile"));
    assertEquals("busy", refused(stage.standIn(), Optional.of(altered)).code());
  }

  @Test
  void whatItSaysIsWhatTheRuntimeHas() throws Exception {
    Refusal echo =
        refused(
            List.of("/bin/sh", "-c", "echo $CUDA_VISIBLE_DEVICES $(ulimit -n); exit 3"),
            Optional.of(json(GOOD)));
    assertTrue(echo.getMessage().endsWith("it said: 3 64"), echo.getMessage());
  }

  @Test
  void aListedDeviceReachesTheRuntime() throws Exception {
    assumeTrue(Files.isReadable(Stage.DEVICE), "skipped: no " + Stage.DEVICE + " that we may read");
    List<String> look = List.of("/bin/sh", "-c", "ls /dev/hwrng; exit 3");
    String with = refused(look, Optional.of(json(device("/dev/hwrng", 10, 183)))).getMessage();
    assertTrue(with.endsWith("it said: /dev/hwrng"), with);
  }

  @Test
  void anUnlistedDeviceDoesNotExistForTheRuntime() throws Exception {
    assumeTrue(Files.isReadable(Stage.DEVICE), "skipped: no " + Stage.DEVICE + " that we may read");
    List<String> look = List.of("/bin/sh", "-c", "ls /dev/hwrng; exit 3");
    String without = refused(look, Optional.of(json(GOOD))).getMessage();
    assertTrue(without.contains("No such file"), without);
  }

  private static String device(String path, int major, int minor) {
    return "{\"version\": 1, \"devices\": [{\"path\": \""
        + path
        + "\", \"major\": "
        + major
        + ", \"minor\": "
        + minor
        + "}]}";
  }

  @Test
  void aDeviceThatIsNotThereIsToldBeforeALeaseIsAskedFor() throws Exception {
    Refusal refusal = refused(stage.standIn(), Optional.of(json(device("/dev/nvidia7", 195, 7))));
    assertEquals("request", refusal.code());
    assertEquals(
        "device /dev/nvidia7 of the profile is not there for runtimes; start with: sallyport up"
            + " --device /dev/nvidia7",
        refusal.getMessage());
    assertEquals(UNASKED, stage.lastCommand, "keyd was asked");
  }

  @Test
  void aNodeThatWasReplacedIsRefusedBeforeALeaseIsAskedFor() throws Exception {
    assumeTrue(Files.exists(Stage.DEVICE), "skipped: no " + Stage.DEVICE);
    Refusal refusal = refused(stage.standIn(), Optional.of(json(device("/dev/hwrng", 195, 7))));
    assertEquals("request", refusal.code());
    assertEquals("device /dev/hwrng is 10:183; the profile means 195:7", refusal.getMessage());
    assertEquals(UNASKED, stage.lastCommand, "keyd was asked");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"version\": 1, \"network\": true}",
        "{\"version\": 1, \"systemCalls\": [\"mount\"]}",
        "{\"version\": 1, \"environment\": {\"LD_PRELOAD\": \"x\"}}",
        "{\"version\": 1, \"devices\": [{\"path\": \"/dev/mem\", \"major\": 1, \"minor\": 1}]}",
      })
  void theKeeperReadsItAsStrictlyAsWhoSignedIt(String profile) throws Exception {
    assertEquals("request", refused(stage.standIn(), Optional.of(json(profile))).code());
    assertEquals(UNASKED, stage.lastCommand, "keyd was asked");
  }

  @Test
  void theEmbeddedServerHasNone() throws Exception {
    Refusal refusal = refused(LeaseRequest.EMBEDDED, Optional.of(json(GOOD)));
    assertEquals("request", refusal.code());
    assertFalse(refusal.getMessage().isEmpty());
    assertEquals(UNASKED, stage.lastCommand, "keyd was asked");
  }
}
