package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.KeyFile;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.custodytpm.Pcrs;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Rotation and destruction of root keys, by order of two people and across crashes. */
class RootKeysTest {
  private static final byte[] AD = {1, 2, 3};

  @TempDir Path dir;
  private Fortress f;

  @BeforeEach
  void open() throws Exception {
    f = new Fortress(dir);
  }

  @AfterEach
  void close() throws Exception {
    f.close();
  }

  /** The TPM is known by the former key's file; so that is read before anything is made. */
  @Test
  void aFurtherKeyInATpmAsksTheFormersFile() throws Exception {
    RootKind.Tpm former = new RootKind.Tpm("former.tpm", dir.resolve("no-tpm"), Pcrs.parse("7"));
    Executable next = () -> former.createNext(former.next(), dir, Fortress.NO_CREDENTIALS).close();
    assertThrows(IOException.class, next, "no file to know the TPM by");
    KeyFile.write(dir.resolve("former.tpm"), new byte[200]);
    BadInput e = assertThrows(BadInput.class, next);
    assertEquals("former.tpm is damaged or no TPM root key file", e.getMessage());
  }

  private Json.Obj order(String action, String key, Instant at, String... signers)
      throws Exception {
    Envelope envelope = signed(action, key, at, signers);
    return order(envelope, RootOrders.ORDERED, envelope);
  }

  /** What an honest server does first: it writes the order down and has that cosigned. */
  private Json.Obj order(Envelope order, String type, Envelope logged) throws Exception {
    int index = f.log.add(type, Fortress.envelope(logged));
    return f.server(
        Json.obj()
            .put("op", "root-order")
            .put("order", order.toJson())
            .put("checkpoint", f.cosign(f.log))
            .put("proof", f.log.proof(index, index + 1))
            .build());
  }

  private Envelope signed(String action, String key, Instant at, String... signers) {
    Json.Obj predicate = Json.obj().put("action", action).put("key", key).put("at", at).build();
    Statement statement =
        Statement.about(
            "root-key", predicate.digest(), "https://sallyport.dev/root-key/v1", predicate);
    return f.sign(statement, signers);
  }

  private String current() throws Exception {
    return f.server(Json.obj().put("op", "root-keys").build()).string("current");
  }

  private String refusal(String action, String key, Instant at, String... signers) {
    return assertThrows(Refusal.class, () -> order(action, key, at, signers)).code();
  }

  private byte[] rewrap(byte[] wrapped) throws Exception {
    return rewrap(wrapped, Fortress.MODEL, 1, Fortress.MANIFEST);
  }

  private byte[] rewrap(byte[] wrapped, String model, long version, Digest manifest)
      throws Exception {
    return f.seal(
            Json.obj()
                .put("op", "rewrap")
                .put("model", model)
                .put("version", version)
                .put("manifest", manifest)
                .put("wrapped", wrapped)
                .build())
        .base64("wrapped");
  }

  @Test
  void aRotatedKeyOpensBeforeAndAfterRewrapping() throws Exception {
    String old = current();
    lease(f.wrapped);
    Json.Obj said = order("rotate", old, f.now, "sec1", "sec2");
    assertEquals(old, said.string("previous"));
    assertNotEquals(old, current());
    assertEquals(said.string("current"), current());
    lease(f.wrapped);
    byte[] again = rewrap(f.wrapped);
    assertEquals(current(), KeyRing.keyIdOf(again).orElseThrow());
    lease(again);
    f.stop();
    f.start();
    lease(f.wrapped);
    lease(again);
    order("destroy", old, f.now, "sec1", "sec2");
    assertEquals("key", leaseRefusal(f.wrapped));
    lease(again);
    f.stop();
    f.start();
    assertEquals("key", leaseRefusal(f.wrapped));
    lease(again);
  }

  private void lease(byte[] wrapped) throws Exception {
    try (RecipientKey oneTime = RecipientKey.generate()) {
      Envelope request = Envelope.sign(f.leaseRequest(oneTime).statement(), f.keeper);
      f.lease(f.intend(request), wrapped, 1);
    }
  }

  private String leaseRefusal(byte[] wrapped) {
    return assertThrows(Refusal.class, () -> lease(wrapped)).code();
  }

  @Test
  void rewrappingIsBoundToModelVersionAndManifest() throws Exception {
    byte[] altered = f.wrapped.clone();
    altered[40] ^= 1;
    byte[] wrapped = f.wrapped;
    for (Executable attempt :
        List.<Executable>of(
            () -> rewrap(altered),
            () -> rewrap(wrapped, "other", 1, Fortress.MANIFEST),
            () -> rewrap(wrapped, Fortress.MODEL, 2, Fortress.MANIFEST),
            () -> rewrap(wrapped, Fortress.MODEL, 1, Digest.of("another")))) {
      assertEquals("key", assertThrows(Refusal.class, attempt).code());
    }
  }

  @Test
  void noOrderIsCarriedOutThatTheLogDoesNotHold() throws Exception {
    String key = current();
    Envelope order = signed("destroy", key, f.now, "sec1", "sec2");
    Envelope other = signed("rotate", key, f.now, "sec1", "sec2");
    for (Executable lie :
        List.<Executable>of(
            () -> order(order, RootOrders.ORDERED, other), () -> order(order, "other", order))) {
      assertEquals("proof", assertThrows(Refusal.class, lie).code());
    }
    Json.Obj bare = Json.obj().put("op", "root-order").put("order", order.toJson()).build();
    assertEquals("request", assertThrows(Refusal.class, () -> f.server(bare)).code());
    assertEquals(key, current());
  }

  @Test
  void ordersTakeTwoSecurityAdministrators() throws Exception {
    String key = current();
    for (String action : List.of("rotate", "destroy")) {
      assertEquals("approval", refusal(action, key, f.now, "sec1"));
      assertEquals("approval", refusal(action, key, f.now, "sec1", "sys"));
      assertEquals("approval", refusal(action, key, f.now, "sec1", "sec1"));
    }
    assertEquals("approval", refusal("melt", key, f.now, "sec1", "sec2"));
    assertEquals(key, current());
  }

  @Test
  void anOrderIsCarriedOutOnceAndSoon() throws Exception {
    String key = current();
    assertEquals(
        "approval", refusal("rotate", key, f.now.minus(Duration.ofMinutes(16)), "sec1", "sec2"));
    assertEquals(
        "approval", refusal("rotate", key, f.now.plus(Duration.ofMinutes(1)), "sec1", "sec2"));
    order("rotate", key, f.now, "sec1", "sec2");
    assertEquals("replay", refusal("rotate", key, f.now, "sec1", "sec2"));
    order("destroy", key, f.now, "sec1", "sec2");
    assertEquals("replay", refusal("destroy", key, f.now, "sec1", "sec2"));
  }

  @Test
  void theLastKeyMayBeDestroyedAndAnotherMade() throws Exception {
    String key = current();
    order("destroy", key, f.now, "sec1", "sec2");
    assertEquals("none", current());
    assertFalse(Files.exists(f.home.rootKey()));
    assertEquals("key", leaseRefusal(f.wrapped));
    assertEquals("root-key", assertThrows(Refusal.class, () -> f.wrap(Fortress.MODEL, 2)).code());
    f.stop();
    f.start();
    assertEquals("none", current());
    order("rotate", "none", f.now, "sec1", "sec2");
    f.wrap(Fortress.MODEL, 3);
    assertEquals("key", leaseRefusal(f.wrapped));
  }

  @Test
  void noOrderReachesKeydByTheOtherSockets() throws Exception {
    Json.Obj op = Json.obj().put("op", "root-order").build();
    assertEquals("op", assertThrows(Refusal.class, () -> f.seal(op)).code());
    assertEquals("op", assertThrows(Refusal.class, () -> f.lease(op)).code());
  }

  // Each step of a change, as a crash leaves it behind.

  private Home alone(String name) throws Exception {
    Home home = new Home(Files.createDirectories(dir.resolve(name)));
    Files.createDirectories(home.state());
    RootKeys.create(
        home, new RootKind.File("root.key", false), Fortress.NO_CREDENTIALS, Fortress.START);
    return home;
  }

  private static RootKeys keys(Home home) throws IOException, BadInput {
    return RootKeys.open(home, Fortress.NO_CREDENTIALS);
  }

  private static void opens(RootKeys keys, byte[] wrapped, Secret data) throws Exception {
    try (Secret back = keys.ring().unwrap(wrapped, AD)) {
      assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
    }
  }

  @Test
  void aCrashBetweenMakingAKeyAndListingItChangesNothing() throws Exception {
    Home home = alone("unlisted");
    byte[] wrapped;
    try (Secret data = Secret.random()) {
      try (RootKeys keys = keys(home)) {
        wrapped = keys.ring().wrap(data, AD);
        // A directory in the place of the new list makes storing fail, as a full disk would.
        Path block = Files.createDirectories(home.state().resolve("roots.new/block"));
        assertThrows(IOException.class, () -> keys.rotate(Optional.empty(), Fortress.START));
        opens(keys, wrapped, data);
        opens(keys, keys.ring().wrap(data, AD), data);
        Files.delete(block);
      }
      try (RootKeys keys = keys(home)) {
        assertEquals(1, keys.list().entries().size());
        opens(keys, wrapped, data);
        keys.rotate(Optional.empty(), Fortress.START);
        opens(keys, wrapped, data);
      }
    }
  }

  @Test
  void aDestructionThatWasBegunIsFinishedAtTheNextStart() throws Exception {
    Home home = alone("doomed");
    try (Secret data = Secret.random()) {
      byte[] before;
      byte[] after;
      try (RootKeys keys = keys(home)) {
        before = keys.ring().wrap(data, AD);
        keys.rotate(Optional.empty(), Fortress.START);
        after = keys.ring().wrap(data, AD);
      }
      doom(home);
      try (RootKeys keys = keys(home)) {
        assertThrows(BadInput.class, () -> keys.ring().unwrap(before, AD).close());
        opens(keys, after, data);
        assertEquals(1, keys.list().entries().size());
      }
      assertFalse(Files.exists(home.rootKey()));
    }
  }

  @Test
  void aKeyThatIsGoneBeforeItLeftTheListIsForgotten() throws Exception {
    Home home = alone("gone");
    try (RootKeys keys = keys(home)) {
      keys.rotate(Optional.empty(), Fortress.START);
    }
    doom(home);
    Files.delete(home.rootKey());
    try (RootKeys keys = keys(home)) {
      assertEquals(1, keys.list().entries().size());
      assertTrue(keys.ring().current().isPresent());
    }
  }

  /** As after the first step of {@code destroy}: the first key is marked, and nothing more done. */
  private static void doom(Home home) throws Exception {
    Json.Obj list = home.roots().load();
    List<Json> entries =
        list.objects("keys").stream()
            .map(e -> {
              Json.Builder copy = Json.obj();
              e.members()
                  .forEach((name, value) -> {
                    if (!name.equals("doomed")) {
                      copy.put(name, value);
                    }
                  });
              boolean first = e.members().get("name").equals(name("root.key"));
              return (Json) copy.put("doomed", first).build();
            })
            .toList();
    Json.Builder next = Json.obj();
    for (Map.Entry<String, Json> member : list.members().entrySet()) {
      if (!member.getKey().equals("keys")) {
        next.put(member.getKey(), member.getValue());
      }
    }
    home.roots().store(next.put("keys", Json.arr(entries)).build());
  }

  private static Json name(String text) {
    return Json.obj().put("name", text).build().members().get("name");
  }

  @Test
  void anInstallationWithoutAListAdoptsItsOnlyKey() throws Exception {
    Home home = alone("older");
    try (Secret data = Secret.random()) {
      byte[] wrapped;
      try (RootKeys keys = keys(home)) {
        wrapped = keys.ring().wrap(data, AD);
      }
      Files.delete(home.state().resolve("roots"));
      try (RootKeys keys = keys(home)) {
        opens(keys, wrapped, data);
      }
    }
  }

  @Test
  void aKeyInThePlaceOfAnotherIsRefused() throws Exception {
    Home home = alone("swapped");
    Home other = alone("other");
    Files.copy(other.rootKey(), home.rootKey(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertTrue(
        assertThrows(BadInput.class, () -> keys(home).close()).getMessage().contains("should be"));
  }
}
