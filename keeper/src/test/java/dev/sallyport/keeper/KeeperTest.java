package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real keeper with real sandboxes; server and keyd are stand-ins that do as the test likes. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class KeeperTest {
  @TempDir Path dir;
  private Stage stage;
  private Running running;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(dir);
    running = Running.on(stage);
  }

  @AfterEach
  void close() throws Exception {
    if (running != null) {
      running.close();
    }
  }

  private Json.Obj ask(Json.Obj request) throws Exception {
    return new Peer(stage.home.listen(), Duration.ofMinutes(2)).ask(request);
  }

  private Json.Obj run(List<String> command) throws Exception {
    return ask(
        Json.obj()
            .put("op", "run")
            .put("model", "tiny")
            .put("version", 1)
            .put("release", Stage.RELEASE)
            .put("command", Json.strings(command))
            .build());
  }

  private void assertNothingLeft() throws Exception {
    assertFalse(Files.exists(stage.plaintext.resolve("tiny")), "plaintext is left");
    assertFalse(Health.of(stage.home.sockets("tiny").resolve("api.sock")), "runtime answers");
  }

  @Test
  void runsAModelAndRevocationEndsItAtOnce() throws Exception {
    Json.Obj answer = run(stage.standIn());
    assertEquals("running", answer.string("state"));
    Path socket = stage.home.sockets("tiny").resolve("api.sock");
    assertTrue(Health.of(socket));
    assertTrue(Files.exists(stage.plaintext.resolve("tiny/StandIn.java")));
    assertEquals("lease.granted", stage.next("lease.granted").string("type"));
    assertEquals("requested", stage.next("runtime.started").object("data").string("reason"));

    long begin = System.nanoTime();
    stage.revoke();
    String reason = stage.next("runtime.stopped").object("data").string("reason");
    long millis = (System.nanoTime() - begin) / 1_000_000;
    assertEquals("revoked: alert", reason);
    assertNothingLeft();
    System.out.println("revocation to runtime dead, wiped and reported: " + millis + " ms");
    assertTrue(millis < 2000, millis + " ms");
  }

  @Test
  void renewsWhileTheLeaseLastsAndEndsWhenKeydIsGone() throws Exception {
    stage.lifetime = Duration.ofSeconds(9);
    run(stage.standIn());
    stage.next("lease.granted");
    assertEquals("lease.granted", stage.next("lease.granted").string("type"), "renewed");
    stage.keydGone();
    assertEquals("lease expired", stage.next("runtime.stopped").object("data").string("reason"));
    assertFalse(stage.clock().isBefore(stage.lastNotAfter), "not before its time");
    assertNothingLeft();
  }

  @Test
  void stopEndsAndAnswersWhenAllIsGone() throws Exception {
    run(stage.standIn());
    assertEquals(
        "stopped", ask(Json.obj().put("op", "stop").put("model", "tiny").build()).string("state"));
    assertNothingLeft();
    Json.Obj status = ask(Json.obj().put("op", "status").build());
    assertEquals(List.of(), status.array("models"));
  }

  @Test
  void aRuntimeThatCrashesIsStartedAgain() throws Exception {
    run(stage.standIn());
    stage.next("runtime.started");
    stage.crash();
    assertTrue(stage.next("runtime.stopped").object("data").string("reason").startsWith("exited"));
    assertEquals("restarted", stage.next("runtime.started").object("data").string("reason"));
  }

  @Test
  void aRuntimeThatNeverAnswersIsReportedWithItsLastWords() throws Exception {
    Refusal refusal =
        assertThrows(
            Refusal.class, () -> run(List.of("/bin/sh", "-c", "ls -d /proc /home /model; exit 3")));
    assertEquals("runtime", refusal.code());
    assertTrue(refusal.getMessage().contains("status 2") || refusal.getMessage().contains("3"));
    assertTrue(refusal.getMessage().contains("'/proc': No such file"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("'/home': No such file"), refusal.getMessage());
    stage.next("runtime.stopped");
    assertNothingLeft();
  }

  @Test
  void keydIsAskedForTheFilesThatWillRun() throws Exception {
    run(stage.standIn());
    Path java = Path.of(stage.standIn().getFirst());
    Digest bytes = Digest.of(Files.readAllBytes(java));
    assertEquals(
        LeaseRequest.commandDigest(stage.standIn(), List.of(), Map.of(java.toString(), bytes)),
        stage.lastCommand);
  }

  @Test
  void aRefusalOfKeydIsPassedOnAndReported() throws Exception {
    stage.refuse = "gate";
    assertEquals("gate", assertThrows(Refusal.class, () -> run(stage.standIn())).code());
    assertEquals("gate", stage.next("lease.refused").object("data").string("reason"));
    assertNothingLeft();
  }

  @Test
  void aKeydThatIsGoneIsAnAnswerToo() throws Exception {
    stage.keydGone();
    assertEquals("unavailable", assertThrows(Refusal.class, () -> run(stage.standIn())).code());
    assertNothingLeft();
  }

  @Test
  void aLeaseThatKeydDidNotSignIsNothing() throws Exception {
    stage.forge = true;
    assertThrows(Refusal.class, () -> run(stage.standIn()));
    assertNothingLeft();
  }

  @Test
  void bindsOfSystemDirectoriesAreRefused() throws Exception {
    for (String bind : List.of("/home", "/", "/opt/../home", "/proc", stage.plaintext.toString())) {
      Json.Obj request =
          Json.obj()
              .put("op", "run")
              .put("model", "tiny")
              .put("version", 1)
              .put("release", Digest.of("r"))
              .put("binds", Json.strings(List.of(bind)))
              .build();
      assertEquals("request", assertThrows(Refusal.class, () -> ask(request)).code(), bind);
    }
  }
}
