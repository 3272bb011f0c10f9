package dev.sallyport.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.controls.Catalogues;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.risk.Withdrawal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installation's own checks: each fails when the thing is broken, and only ever tightens. */
class OwnChecksTest {
  @TempDir Path dir;
  private Town town;

  @BeforeEach
  void open() throws Exception {
    town = new Town(dir);
    town.seal(1);
    town.assess();
  }

  @AfterEach
  void close() throws Exception {
    town.close();
  }

  private void run(String check, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      town.ask("checks.run", Json.obj().put("check", check));
    }
  }

  private String state(String check) throws Exception {
    for (Json.Obj item : town.ask("checks").objects("checks")) {
      if (item.string("check").equals(check)) {
        return item.string("state");
      }
    }
    throw new AssertionError("no check " + check);
  }

  private Digest active() throws Exception {
    Digest release = town.request();
    town.approve(release, "sec1");
    assertEquals("ACTIVE", stateOf(release));
    return release;
  }

  private String stateOf(Digest release) throws Exception {
    return town.ask("release.show", Json.obj().put("release", release)).string("state");
  }

  private List<Json.Obj> entries(String type) throws Exception {
    long size = town.ask("status").object("log").integer("size");
    return town
        .ask("log.read", Json.obj().put("from", 0).put("n", Math.min(size, 256)))
        .objects("entries")
        .stream()
        .filter(e -> type(e).equals(type))
        .toList();
  }

  private static String type(Json.Obj entry) {
    try {
      return entry.string("type");
    } catch (BadInput e) {
      throw new AssertionError(e);
    }
  }

  /** A catalogue that names a check which nobody makes would say “watched” of what is not. */
  @Test
  void whatCataloguesSayWatchesAControlIsACheckAndEveryCheckHasAControl() throws Exception {
    Set<String> checks = new HashSet<>();
    for (Json.Obj check : town.ask("checks").objects("checks")) {
      checks.add(check.string("check"));
      String control = check.string("control");
      assertTrue(Catalogues.shipped().control(control).isPresent(), control);
    }
    Catalogues.shipped().all().stream()
        .flatMap(catalogue -> catalogue.controls().stream())
        .forEach(c -> c.watchedBy().ifPresent(by -> assertTrue(checks.contains(by), c.id())));
  }

  @Test
  void allPassOnASoundInstallationAndChangeNothingWhenRepeated() throws Exception {
    for (int i = 0; i < 4; i++) {
      town.ask("checks.run");
    }
    for (Json.Obj check : town.ask("checks").objects("checks")) {
      boolean none = check.string("check").equals("monitors-on");
      assertEquals(none ? "FAILED" : "PASSED", check.string("state"), check.toString());
      assertFalse(none && check.bool("required"), "a control that no policy asks for");
    }
    assertTrue(town.ask("checks").objects("checks").getFirst().bool("required"), "log-verified");
    assertEquals(10, entries("check.passed").size());
    assertEquals(1, entries("check.failed").size(), "there is no monitor, and nobody says so");
    town.stop();
    town.start();
    town.ask("checks.run");
    assertEquals(10, entries("check.passed").size(), "said again after a restart");
    assertEquals(1, entries("check.failed").size(), "said again after a restart");
  }

  @Test
  void aDamagedLogIsFoundAndSuspendsWhatNeedsIt() throws Exception {
    Digest release = active();
    run("log-verified", 1);
    assertEquals("PASSED", state("log-verified"));
    damage();
    run("log-verified", 2);
    assertEquals("PASSED", state("log-verified"), "two misses are not three");
    run("log-verified", 1);
    assertEquals("FAILED", state("log-verified"));
    assertEquals("SUSPENDED", stateOf(release));
    Refusal refused = assertThrows(Refusal.class, town::request);
    assertTrue(String.valueOf(refused.getMessage()).contains("found broken by a check"));
  }

  private void damage() throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("server/log/tile"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
      }
    }
  }

  @Test
  void aWitnessThatIsAwayFailsOnTheThirdLook() throws Exception {
    Digest release = active();
    town.stopKeyd();
    run("witness-current", 2);
    assertFalse(state("witness-current").equals("FAILED"));
    run("witness-current", 1);
    assertEquals("FAILED", state("witness-current"));
    assertEquals("ACTIVE", stateOf(release), "no policy requires it here");
    town.startKeyd();
    run("witness-current", 1);
    assertEquals("PASSED", state("witness-current"));
  }

  @Test
  void aCertificateThatIsGoneIsAFailureAndNotAPass() throws Exception {
    run("certificate-lasts", 1);
    assertEquals("PASSED", state("certificate-lasts"));
    Files.delete(dir.resolve("server/tls/cert.pem"));
    run("certificate-lasts", 1);
    assertEquals("FAILED", state("certificate-lasts"));
  }

  @Test
  void aModelThatNobodyScannedOrThatWasLetPassIsFound() throws Exception {
    Digest release = active();
    run("models-scanned", 1);
    assertEquals("PASSED", state("models-scanned"));
    town.seal(2, "sys", Optional.empty());
    run("models-scanned", 1);
    assertEquals("FAILED", state("models-scanned"));
    town.seal(
        3, "sys", Optional.of(new ModelScan(Digest.of("r"), 2, 0, List.of("content-mismatch"))));
    run("models-scanned", 1);
    assertEquals("FAILED", state("models-scanned"));
    assertEquals("ACTIVE", stateOf(release), "the shipped policy does not require it");
    town.seal(4);
    run("models-scanned", 1);
    assertEquals("PASSED", state("models-scanned"));
  }

  @Test
  void aDrillThatIsWithdrawnIsNone() throws Exception {
    run("drill-recent", 1);
    assertEquals("PASSED", state("drill-recent"));
    Digest drill = null;
    for (Json.Obj item : town.ask("evidence.list").objects("evidence")) {
      if (item.string("what").equals("isolation-drill")) {
        drill = item.digest("id");
      }
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    town.submit(
        Envelope.sign(
            Withdrawal.statement(
                Withdrawal.Kind.EVIDENCE, Objects.requireNonNull(drill), now, "test"),
            town.keys.get("lab")));
    run("drill-recent", 1);
    assertEquals("FAILED", state("drill-recent"));
  }

  @Test
  void anUnknownCheckIsRefused() {
    Json.Builder request = Json.obj().put("check", "no-such");
    assertEquals(
        "unknown", assertThrows(Refusal.class, () -> town.ask("checks.run", request)).code());
  }
}
