package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sallyport.core.Json;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real keeper whose runtimes read through a mount; skipped where we may not mount. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OnDemandTest {
  @TempDir Path dir;
  private Stage stage;
  private Running running;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(dir);
    stage.loader = Loaders.Choice.FUSE;
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
    try {
      return ask(
          Json.obj()
              .put("op", "run")
              .put("model", "tiny")
              .put("version", 1)
              .put("release", Stage.RELEASE)
              .put("command", Json.strings(command))
              .build());
    } catch (Refusal e) {
      String said = String.valueOf(e.getMessage());
      assumeFalse(said.contains("loader fuse"), "skipped: " + said);
      throw e;
    }
  }

  private String reason(String event) throws Exception {
    return stage.next(event).object("data").string("reason");
  }

  @Test
  void theRuntimeReadsThroughTheMountAndTheStatusSaysSo() throws Exception {
    run(stage.standIn());
    Json.Obj status = ask(Json.obj().put("op", "status").build());
    assertEquals("fuse", status.objects("models").getFirst().string("loader"));
    stage.read();
    assertTrue(Health.of(stage.home.sockets("tiny").resolve("api.sock")));
    stage.revoke();
    assertEquals("revoked: alert", reason("runtime.stopped"));
    assertFalse(Files.exists(stage.plaintext.resolve("tiny")), "the mount is left");
  }

  @Test
  void aTamperedSegmentStopsTheRuntimeAndIsInTheLog() throws Exception {
    run(stage.standIn());
    stage.tamper();
    stage.read();
    assertEquals(
        "tampered: file 2 \"weights.bin\", chunk 1 of 4: tag mismatch", reason("runtime.stopped"));
    assertFalse(Files.exists(stage.plaintext.resolve("tiny")), "the mount is left");
  }

  @Test
  void theKeepersOwnUserIsRefusedAndNamedInTheLog() throws Exception {
    run(stage.standIn());
    Path weights = stage.plaintext.resolve("tiny/weights.bin");
    assertThrows(FileSystemException.class, () -> Files.readAllBytes(weights));
    assertTrue(reason("weights.refused").endsWith("was not started by this keeper"));
    assertTrue(Health.of(stage.home.sockets("tiny").resolve("api.sock")), "it serves on");
  }

  @Test
  void aRuntimeThatCrashesReadsAgainWhenStartedAgain() throws Exception {
    run(stage.standIn());
    stage.next("runtime.started");
    stage.crash();
    assertTrue(reason("runtime.stopped").startsWith("exited"));
    assertEquals("restarted", reason("runtime.started"));
  }

  @Test
  void anotherExecutableInTheSameSandboxIsRefused() throws Exception {
    Refusal refusal =
        assertThrows(
            Refusal.class, () -> run(List.of("/bin/sh", "-c", "cat /model/weights.bin; exit 3")));
    assertTrue(String.valueOf(refusal.getMessage()).contains("Permission denied"), "" + refusal);
    assertTrue(reason("weights.refused").endsWith("executes a file that is not allowed to read"));
  }

  @Test
  void aScriptReadsThroughTheCopyOfItsInterpreterAndThroughNothingElse() throws Exception {
    String text =
        """
        #!/usr/bin/env -S perl -w
        open(my $weights, '<', '/model/weights.bin') or die "refused: $!\n";
        my $count = read($weights, my $bytes, 1 << 22);
        my $other = `cat /model/weights.bin 2>&1` =~ /denied/ ? 'denied' : 'read';
        die "perl read $count, cat was $other\n";
        """;
    Path script = Files.writeString(dir.toRealPath().resolve("serve"), text);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Refusal refusal =
        assertThrows(Refusal.class, () -> run(List.of(script.toString(), "{socket}")));
    assertTrue(
        refusal.getMessage().endsWith("it said: perl read 3145728, cat was denied"),
        refusal.getMessage());
  }
}
