package dev.sallyport.sealer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.ModelSealed;
import dev.sallyport.scan.Rule;
import dev.sallyport.vault.SealedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sealer as a process, against a keyd and a server that run here. */
class SealerTest {
  @TempDir Path dir;
  private House house;
  private Path output;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    output = dir.resolve("output");
    house.file("config.json", 200);
    house.file("model.gguf", 3_500_000);
  }

  @AfterEach
  void close() throws Exception {
    house.close();
  }

  @Test
  void sealsLogsAndPublishes() throws Exception {
    house.start();
    Process sealer = house.sealer(output);
    assertEquals(0, sealer.waitFor(), () -> read(output));
    Json.Obj result = House.result(output);
    SealedModel sealed = house.open(1);
    assertEquals(1, result.integer("version"));
    assertEquals(2, result.integer("files"));
    assertEquals(3_500_200, result.integer("bytes"));
    assertEquals(sealed.manifest(), result.digest("manifest"));
    ModelScan scan = new ModelScan(Rule.set(), 2, 2, List.of("content-mismatch"));
    assertEquals(
        new ModelSealed(
            "tiny", sealed.manifest(), 1, sealed.headerDigest(), 2, 3_500_200, Optional.of(scan)),
        logged(house.log.getFirst()));
    assertExtractsTo(sealed);
    assertTrue(read(output).contains("{\"progress\":{\"bytes\":3500200,\"total\":3500200}}"));
  }

  private ModelSealed logged(Json.Obj request) throws Exception {
    return ModelSealed.parse(house.root.verify(Envelope.parse(request.object("envelope"))));
  }

  @Test
  void refusesBadInputBeforeItWritesAnything() throws Exception {
    house.start();
    Files.createSymbolicLink(house.source.resolve("link"), output);
    assertFails(65, "\\\"link\\\" is a symbolic link; only plain files are sealed");
    assertFails(65, "option \\\"--bogus\\\" is not known", "--bogus", "1");
    Files.delete(house.source.resolve("link"));
    Files.delete(house.signer);
    Files.move(dir.resolve("sam.key"), house.signer);
    assertFails(65, "the signer is no system-admin of the trust root");
    assertFalse(Files.exists(house.home.resolve("vault")));
  }

  @Test
  void sealsNothingThatTheScanRefuses() throws Exception {
    house.start();
    Files.writeString(house.source.resolve("odd.pkl"), "cos\nsystem\n(S'x'\ntR.");
    Process strict = house.strictSealer(output);
    assertEquals(65, strict.waitFor(), () -> read(output));
    assertTrue(read(output).contains("content-mismatch"), read(output));
    assertFails(65, "odd.pkl:0: ERROR pickle-dangerous-import: imports os system");
    Process odd = house.strictSealer(output, "--allow", "no-such");
    assertEquals(65, odd.waitFor(), () -> read(output));
    assertTrue(read(output).contains("rule \\\"no-such\\\" is not known"), read(output));
    assertFalse(Files.exists(house.home.resolve("vault")));
    assertEquals(List.of(), house.log);
  }

  @Test
  void saysWhoDoesNotAnswer() throws Exception {
    assertFails(69, "keyd does not answer");
  }

  @Test
  void publishesNothingThatTheServerRefusesToLog() throws Exception {
    house.start();
    house.beforeLog =
        (_, _) -> {
          throw new Refusal("log", "disk full");
        };
    assertFails(65, "server refused (log): disk full");
    assertFalse(Files.exists(house.home.resolve("vault/tiny/1")));
    house.beforeLog = (_, _) -> {};
    assertSeals(1);
    assertTrue(read(output).contains("version 1 was sealed before: publishing it"));
  }

  @Test
  void killedBeforeKeydWrapsItGoesOnUnderTheSameVersion() throws Exception {
    killAt(handler -> house.beforeWrap = handler);
    assertEquals(List.of(".lock", ".staging-1"), vault());
    house.beforeWrap = (_, _) -> {};
    assertSeals(1);
    assertTrue(read(output).contains("going on with version 1"), read(output));
    assertEquals(List.of(".lock", "1"), vault());
  }

  @Test
  void killedAfterKeydWrappedItStartsOverUnderTheNextVersion() throws Exception {
    killAt(handler -> house.afterWrap = handler);
    assertEquals(List.of(".lock", ".staging-1"), vault());
    house.afterWrap = (_, _) -> {};
    assertSeals(2);
    assertTrue(read(output).contains("cannot go on: version 1 is sealed"), read(output));
    assertEquals(List.of(".lock", "2"), vault());
  }

  @Test
  void killedAfterLoggingItPublishesWhatWasLogged() throws Exception {
    killAt(handler ->
        house.beforeLog =
            (request, exchange) -> {
              house.log.add(request);
              handler.answer(request, exchange);
            });
    assertEquals(List.of(".lock", ".staging-1"), vault());
    house.beforeLog = (_, _) -> {};
    assertSeals(1);
    Digest first = logged(house.log.getFirst()).sealed();
    assertEquals(first, house.open(1).headerDigest());
    assertEquals(first, logged(house.log.getLast()).sealed());
  }

  @Test
  void killedAfterLoggingItSealsAnewWhenTheSourceChanged() throws Exception {
    killAt(handler -> house.beforeLog = handler);
    house.beforeLog = (_, _) -> {};
    house.file("config.json", 201);
    assertSeals(2);
    assertEquals(List.of(".lock", "2"), vault());
  }

  /** Runs a sealer and kills it when it waits for the answer at the given place. */
  private void killAt(java.util.function.Consumer<Listener.Handler> place) throws Exception {
    house.start();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch killed = new CountDownLatch(1);
    place.accept((_, _) -> {
      reached.countDown();
      try {
        killed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new Refusal("gone", "killed meanwhile");
    });
    Process sealer = house.sealer(output);
    assertTrue(reached.await(120, TimeUnit.SECONDS), () -> read(output));
    sealer.destroyForcibly().waitFor();
    killed.countDown();
  }

  private void assertSeals(long version) throws Exception {
    Process sealer = house.sealer(output);
    assertEquals(0, sealer.waitFor(), () -> read(output));
    Json.Obj result = House.result(output);
    assertEquals(version, result.integer("version"));
    assertExtractsTo(house.open(version));
  }

  private void assertExtractsTo(SealedModel sealed) throws Exception {
    Path target = Files.createTempDirectory(dir, "target");
    house.extract(sealed, target);
    for (String name : List.of("config.json", "model.gguf")) {
      assertEquals(house.digestOf(name), Digest.of(Files.readAllBytes(target.resolve(name))));
    }
  }

  private void assertFails(int status, String message, String... more) throws Exception {
    Process sealer = house.sealer(output, more);
    assertEquals(status, sealer.waitFor(), () -> read(output));
    assertEquals(status, House.result(output).object("error").integer("status"));
    assertTrue(read(output).contains(message), read(output));
  }

  private List<String> vault() throws Exception {
    try (Stream<Path> entries = Files.list(house.home.resolve("vault/tiny"))) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
