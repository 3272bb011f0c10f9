package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Statement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A root key goes where two people signed, and nowhere weaker, whatever the server says. */
class RootTargetTest {
  private static final Json.Obj PLAIN = file(false);
  private static final Json.Obj SECRET = file(true);

  @TempDir Path dir;
  private Fortress f;
  private Credentials credentials;

  @BeforeEach
  void open() throws Exception {
    Path passphrase = Files.writeString(dir.resolve("passphrase"), "correct horse\n");
    Path pin = Files.writeString(dir.resolve("pin"), Devices.PIN + "\n");
    credentials = new Credentials(List.of(passphrase), Optional.of(pin), Map.of());
    f =
        new Fortress(
            Files.createDirectory(dir.resolve("home")),
            Fortress.json(Documents.POLICY),
            (home, clock) -> new Daemon(home, clock, credentials));
  }

  @AfterEach
  void close() throws Exception {
    f.close();
  }

  private static Json.Obj file(boolean passphrase) {
    return Json.obj().put("provider", "file").put("passphrase", passphrase).build();
  }

  private Envelope signed(String action, String key, Optional<Json.Obj> to) {
    Json.Builder predicate = Json.obj().put("action", action).put("key", key).put("at", f.now);
    to.ifPresent(place -> predicate.put("to", place));
    Json.Obj whole = predicate.build();
    return f.sign(
        Statement.about("root-key", whole.digest(), "https://sallyport.dev/root-key/v1", whole),
        "sec1",
        "sec2");
  }

  private Json.Builder request(Envelope order) throws Exception {
    int index = f.log.add(RootOrders.ORDERED, Fortress.envelope(order));
    return Json.obj()
        .put("op", "root-order")
        .put("order", order.toJson())
        .put("checkpoint", f.cosign(f.log))
        .put("proof", f.log.proof(index, index + 1));
  }

  private Json.Obj rotate(Optional<Json.Obj> to) throws Exception {
    return f.server(request(signed("rotate", current(), to)).build());
  }

  private Json.Obj rotate(Json.Obj to) throws Exception {
    return rotate(Optional.of(to));
  }

  private Refusal refused(Json.Obj to) {
    return assertThrows(Refusal.class, () -> rotate(to));
  }

  private Json.Obj list() throws Exception {
    return f.server(Json.obj().put("op", "root-keys").build());
  }

  private String current() throws Exception {
    return list().string("current");
  }

  private Json.Obj inForce() throws Exception {
    for (Json.Obj key : list().objects("keys")) {
      if (key.bool("current")) {
        return key.object("place");
      }
    }
    throw new AssertionError("no key is in force");
  }

  private byte[] roots() throws Exception {
    return Files.readAllBytes(f.home.state().resolve("roots"));
  }

  @Test
  void aKeyGoesWhereTheOrderSaysAndThatIsShownAndWrittenDown() throws Exception {
    Json.Obj token = Devices.token().place();
    for (Json.Obj to : List.of(SECRET, token, PLAIN)) {
      Json.Obj said = rotate(to);
      assertEquals(to, said.object("place"));
      assertEquals(to, inForce());
      f.wrap("m" + said.string("current"), 1);
      f.stop();
      f.start();
      assertEquals(to, inForce());
      String provider = to.string("provider");
      Json.Obj status = f.server(Json.obj().put("op", "status").build());
      assertEquals(provider, status.string("rootKey"));
      assertTrue(Files.readString(f.home.journal()).contains("\"to\":" + Json.toString(to)));
    }
    for (Json.Obj old : list().objects("keys")) {
      if (!old.bool("current")) {
        f.server(request(signed("destroy", old.string("id"), Optional.empty())).build());
      }
    }
  }

  /** A request is the server's word: only what is inside the signatures counts. */
  @Test
  void aPlaceBesideTheOrderCountsNothing() throws Exception {
    rotate(SECRET);
    Envelope sameKind = signed("rotate", current(), Optional.empty());
    f.server(request(sameKind).put("to", PLAIN).put("place", PLAIN).build());
    assertEquals(SECRET, inForce());
  }

  @Test
  void aPlaceThatWasExchangedStrippedOrPutInBreaksTheSignatures() throws Exception {
    rotate(SECRET);
    String key = current();
    byte[] before = roots();
    Envelope named = signed("rotate", key, Optional.of(SECRET));
    Envelope bare = signed("rotate", key, Optional.empty());
    for (Envelope forged :
        List.of(
            forged(named, "\"passphrase\":true", "\"passphrase\":false"),
            forged(named, ",\"to\":" + Json.toString(SECRET), ""),
            forged(bare, "\"key\":", "\"to\":" + Json.toString(PLAIN) + ",\"key\":"))) {
      Json.Obj request = request(forged).build();
      assertEquals("approval", assertThrows(Refusal.class, () -> f.server(request)).code());
    }
    assertArrayEquals(before, roots());
    f.server(request(named).build());
  }

  /** The same signatures over another payload. */
  private static Envelope forged(Envelope envelope, String from, String to) throws Exception {
    Json.Obj json = envelope.toJson();
    String payload = new String(json.base64("payload"), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(payload.contains(from), payload);
    byte[] other = payload.replace(from, to).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Json.Builder copy = Json.obj();
    json.members()
        .forEach((name, value) -> {
          if (!name.equals("payload")) {
            copy.put(name, value);
          }
        });
    return Envelope.parse(copy.put("payload", Base64.getEncoder().encodeToString(other)).build());
  }

  @Test
  void aPlaceIsNamedWholeAndPlainly() throws Exception {
    byte[] before = roots();
    Json.Builder module = Json.obj().put("provider", "pkcs11").put("token", "moving");
    for (Json.Obj to :
        List.of(
            Json.obj().build(),
            Json.obj().put("provider", "file").build(),
            Json.obj().put("provider", "vault").put("passphrase", true).build(),
            Json.obj().put("provider", "file").put("passphrase", "yes").build(),
            Json.obj()
                .put("provider", "file")
                .put("passphrase", true)
                .put("name", "recipient.key")
                .build(),
            Json.obj().put("provider", "pkcs11").put("module", "/usr/lib/x.so").build(),
            module.put("module", "lib/x.so").build(),
            Json.obj()
                .put("provider", "tpm")
                .put("device", "/dev/tpmrm0")
                .put("pcrs", "7,99")
                .build(),
            Json.obj().put("provider", "tpm").put("device", "/dev/tpmrm0").build())) {
      assertEquals("approval", refused(to).code(), Json.toString(to));
    }
    Envelope destroy = signed("destroy", current(), Optional.of(PLAIN));
    Json.Obj request = request(destroy).build();
    assertEquals("approval", assertThrows(Refusal.class, () -> f.server(request)).code());
    assertArrayEquals(before, roots());
  }

  /** Nothing stands in for a place that cannot be reached, least of all a file. */
  @Test
  void aPlaceThatCannotBeReachedIsSaidAndChangesNothing() throws Exception {
    byte[] before = roots();
    String key = current();
    RootKind.Token gone = new RootKind.Token(Path.of("/nonexistent/pkcs11.so"), "weights");
    Refusal module = refused(gone.place());
    assertEquals("root-key", module.code());
    assertEquals("no PKCS #11 module at /nonexistent/pkcs11.so", module.getMessage());
    Json.Obj tpm = Devices.sealed("x", Path.of("/nonexistent/tpm"), "7").place();
    assertEquals("root-key", refused(tpm).code());
    assertTrue(refused(tpm).getMessage().startsWith("the TPM cannot be used"));
    credentials = Daemon.NO_CREDENTIALS;
    f.stop();
    f.start();
    assertEquals("root-key", refused(SECRET).code());
    assertTrue(refused(SECRET).getMessage().contains("none was given"));
    assertEquals("root-key", refused(Devices.token().place()).code());
    assertEquals(key, current());
    assertArrayEquals(before, roots());
    f.wrap("another", 1);
  }

  @Test
  void aJournalThatCannotBeWrittenEndsTheMoveBeforeItBegins() throws Exception {
    byte[] before = roots();
    Path journal = f.home.journal();
    f.stop();
    Files.move(journal, journal.resolveSibling("kept"));
    Files.createSymbolicLink(journal, Path.of("/dev/full"));
    f.start();
    assertEquals("store", refused(SECRET).code());
    assertArrayEquals(before, roots());
    f.stop();
    Files.delete(journal);
    f.start();
    rotate(SECRET);
  }

  @Test
  void anOrderWithoutAPlaceKeepsTheKindThatWasInForceLast() throws Exception {
    rotate(SECRET);
    String key = current();
    f.server(request(signed("destroy", key, Optional.empty())).build());
    assertEquals("none", current());
    // The plain file of the beginning is listed still, and is no reason to make another.
    assertFalse(list().objects("keys").isEmpty());
    rotate(Optional.empty());
    assertEquals(SECRET, inForce());
  }

  @Test
  void anOldKeyThatIsAwayIsSaidToBeThereStill() throws Exception {
    Json.Obj token = Devices.token().place();
    rotate(token);
    String old = current();
    rotate(PLAIN);
    final Credentials whole = credentials;
    credentials = Daemon.NO_CREDENTIALS;
    f.stop();
    f.start();
    Json.Obj request = request(signed("destroy", old, Optional.empty())).build();
    Refusal refusal = assertThrows(Refusal.class, () -> f.server(request));
    assertEquals("root-key", refusal.code());
    assertTrue(refusal.getMessage().contains("may still exist (pkcs11)"), refusal.getMessage());
    Json.Obj listed =
        list().objects("keys").stream()
            .filter(key -> key.members().get("id").equals(text(old)))
            .findFirst()
            .orElseThrow();
    assertTrue(listed.bool("doomed"));
    assertTrue(listed.string("unreachable").contains("no PIN file"));
    credentials = whole;
    f.stop();
    f.start();
    assertEquals(2, list().objects("keys").size());
  }

  private static Json text(String text) {
    return Json.obj().put("x", text).build().members().get("x");
  }
}
