package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Root keys that move between files, a token and a TPM, across crashes and failures. */
class RootMoveTest {
  private static final byte[] AD = {4, 5};

  @TempDir Path dir;
  private final Secret data = Secret.random();
  private Path first;
  private Path second;
  private Path pin;
  private Credentials all;
  private Home home;

  @BeforeEach
  void open() throws Exception {
    first = Files.writeString(dir.resolve("first"), "correct horse\n");
    second = Files.writeString(dir.resolve("second"), "battery staple\n");
    pin = Files.writeString(dir.resolve("pin"), Devices.PIN + "\n");
    all = new Credentials(List.of(first, second), Optional.of(pin), Map.of());
    home = new Home(Files.createDirectory(dir.resolve("home")));
    Files.createDirectories(home.state());
  }

  @AfterEach
  void close() {
    data.close();
  }

  private void begin(RootKind kind) throws Exception {
    RootKeys.create(home, kind, all, Fortress.START);
  }

  private static RootKind plain(String name) {
    return new RootKind.File(name, false);
  }

  private static RootKind secret(String name) {
    return new RootKind.File(name, true);
  }

  private static RootList.Entry move(RootKeys keys, RootKind to) throws Exception {
    return keys.rotate(Optional.of(to), Fortress.START);
  }

  private void requireOpens(RootKeys keys, byte[] wrapped) throws Exception {
    try (Secret back = keys.ring().unwrap(wrapped, AD)) {
      assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
    }
  }

  private static RootList.Entry entry(RootKeys keys, int index) {
    return keys.list().entries().get(index);
  }

  /** The places that a key is moved through, each kind to each other and to itself. */
  private List<RootKind> tour() throws Exception {
    RootKind token = Devices.token();
    Path tpm = Devices.tpm();
    return List.of(
        plain("root-1.key"),
        token,
        Devices.sealed("root-3.tpm", tpm, "7"),
        plain("root-4.key"),
        secret("root-5.key"),
        Devices.sealed("root-6.tpm", tpm, "7,16"),
        Devices.sealed("root-7.tpm", tpm, "0"),
        token,
        secret("root-9.key"),
        plain("root-10.key"));
  }

  @Test
  void whatAnyKindWrappedOpensAfterEveryMoveAndRestart() throws Exception {
    List<RootKind> tour = tour();
    long objects = Devices.objects();
    begin(tour.getFirst());
    Map<String, byte[]> wrapped = new LinkedHashMap<>();
    for (RootKind next : tour.subList(1, tour.size())) {
      try (RootKeys keys = RootKeys.open(home, all)) {
        wrapped.put(keys.list().inForce().orElseThrow().id(), keys.ring().wrap(data, AD));
        RootList.Entry made = move(keys, next);
        wrapped.put(made.id(), keys.ring().wrap(data, AD));
        for (byte[] one : wrapped.values()) {
          requireOpens(keys, one);
        }
      }
      try (RootKeys keys = RootKeys.open(home, all)) {
        assertEquals(next, keys.list().inForce().orElseThrow().kind());
        for (byte[] one : wrapped.values()) {
          requireOpens(keys, one);
        }
      }
    }
    assertEquals(tour.size(), wrapped.size());
    try (RootKeys keys = RootKeys.open(home, all)) {
      while (keys.list().entries().size() > 1) {
        RootList.Entry old = entry(keys, 0);
        keys.destroy(old);
        byte[] gone = wrapped.remove(old.id());
        assertThrows(BadInput.class, () -> keys.ring().unwrap(gone, AD).close());
      }
      requireOpens(keys, wrapped.values().iterator().next());
    }
    assertEquals(List.of("root-10.key"), files(".key"));
    assertEquals(List.of(), files(".tpm"));
    assertEquals(objects, Devices.objects());
  }

  private List<String> files(String suffix) throws IOException {
    try (Stream<Path> in = Files.list(home.directory())) {
      return in.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  /** The list is what is switched; either side of that one rename is a whole installation. */
  @Test
  void aCrashOnEitherSideOfTheSwitchLosesNothing() throws Exception {
    List<RootKind> tour = tour();
    begin(tour.getFirst());
    for (RootKind next : tour.subList(1, tour.size())) {
      byte[] before = Files.readAllBytes(home.state().resolve("roots"));
      byte[] old;
      String was;
      try (RootKeys keys = RootKeys.open(home, all)) {
        was = keys.list().current().orElseThrow();
        old = keys.ring().wrap(data, AD);
        move(keys, next);
      }
      byte[] after = Files.readAllBytes(home.state().resolve("roots"));
      // As killed when the key was made and not listed yet; the half list beside it counts nothing.
      Files.write(home.state().resolve("roots"), before);
      Files.write(home.state().resolve("roots.new"), new byte[] {1});
      try (RootKeys keys = RootKeys.open(home, all)) {
        assertEquals(was, keys.list().current().orElseThrow());
        requireOpens(keys, old);
        requireOpens(keys, keys.ring().wrap(data, AD));
      }
      // As killed when it was listed, and nothing was done with it yet.
      Files.write(home.state().resolve("roots"), after);
      try (RootKeys keys = RootKeys.open(home, all)) {
        assertEquals(next, keys.list().inForce().orElseThrow().kind());
        requireOpens(keys, old);
        requireOpens(keys, keys.ring().wrap(data, AD));
      }
    }
  }

  @Test
  void aListThatCannotBeStoredLeavesNoNewKeyBehind() throws Exception {
    List<RootKind> tour = tour();
    long objects = Devices.objects();
    begin(tour.getFirst());
    byte[] before = Files.readAllBytes(home.state().resolve("roots"));
    try (RootKeys keys = RootKeys.open(home, all)) {
      byte[] old = keys.ring().wrap(data, AD);
      // A directory in the place of the new list makes storing fail, as a full disk would.
      Path block = Files.createDirectories(home.state().resolve("roots.new/block"));
      for (RootKind next : tour.subList(1, tour.size())) {
        assertThrows(IOException.class, () -> move(keys, next));
        assertEquals(tour.getFirst(), keys.list().inForce().orElseThrow().kind());
        requireOpens(keys, old);
        requireOpens(keys, keys.ring().wrap(data, AD));
      }
      Files.delete(block);
      assertArrayEquals(before, Files.readAllBytes(home.state().resolve("roots")));
      assertEquals(List.of("root-1.key"), files(".key"));
      assertEquals(List.of(), files(".tpm"));
      assertEquals(objects, Devices.objects());
      move(keys, tour.get(1));
      requireOpens(keys, old);
      keys.destroy(keys.list().inForce().orElseThrow());
    }
  }

  @Test
  void aKeyThatCannotBeWrittenChangesNothing() throws Exception {
    Path tpm = Devices.tpm();
    begin(plain("root-1.key"));
    byte[] before = Files.readAllBytes(home.state().resolve("roots"));
    try (RootKeys keys = RootKeys.open(home, all)) {
      byte[] old = keys.ring().wrap(data, AD);
      for (String name : List.of("root-2.key", "root-3.key", "root-4.tpm")) {
        Files.createDirectories(home.directory().resolve(name));
      }
      assertThrows(IOException.class, () -> move(keys, plain("root-2.key")));
      assertThrows(IOException.class, () -> move(keys, secret("root-3.key")));
      RootKind.Tpm blocked = Devices.sealed("root-4.tpm", tpm, "7");
      assertThrows(IOException.class, () -> move(keys, blocked));
      requireOpens(keys, old);
      requireOpens(keys, keys.ring().wrap(data, AD));
    }
    assertArrayEquals(before, Files.readAllBytes(home.state().resolve("roots")));
  }

  /** As if something on the bus posed as the TPM: another one answers at the same place. */
  @Test
  void aRotationAtATpmThatWasExchangedChangesNothing() throws Exception {
    Path place = Devices.tpm();
    begin(Devices.sealed("root-1.tpm", place, "7"));
    byte[] before = Files.readAllBytes(home.state().resolve("roots"));
    List<String> there = files("");
    try (RootKeys keys = RootKeys.open(home, all)) {
      byte[] old = keys.ring().wrap(data, AD);
      Files.move(Devices.tpm(), place, StandardCopyOption.REPLACE_EXISTING);
      KeyUnavailable e =
          assertThrows(KeyUnavailable.class, () -> keys.rotate(Optional.empty(), Fortress.START));
      assertTrue(e.getMessage().contains("storage key is not the root key file's"), e.getMessage());
      requireOpens(keys, old);
      // Nor does a missing file make it trust whatever is there.
      Files.delete(home.directory().resolve("root-1.tpm"));
      assertThrows(IOException.class, () -> keys.rotate(Optional.empty(), Fortress.START));
      Files.write(home.directory().resolve("root-1.tpm"), new byte[0]);
    }
    assertArrayEquals(before, Files.readAllBytes(home.state().resolve("roots")));
    assertEquals(there, files(""));
  }

  @Test
  void aPlaceThatCannotBeReachedChangesNothing() throws Exception {
    begin(plain("root-1.key"));
    byte[] before = Files.readAllBytes(home.state().resolve("roots"));
    List<String> there = files("");
    Credentials none = new Credentials(List.of(), Optional.empty(), Map.of());
    try (RootKeys keys = RootKeys.open(home, none)) {
      byte[] old = keys.ring().wrap(data, AD);
      RootKind token = Devices.token();
      for (RootKind away :
          List.of(
              token,
              secret("root-2.key"),
              new RootKind.Token(Path.of("/nonexistent/pkcs11.so"), "x"),
              Devices.sealed("root-2.tpm", Path.of("/nonexistent/tpm"), "7"))) {
        assertThrows(Exception.class, () -> move(keys, away));
        requireOpens(keys, old);
        requireOpens(keys, keys.ring().wrap(data, AD));
      }
    }
    assertArrayEquals(before, Files.readAllBytes(home.state().resolve("roots")));
    assertEquals(there, files(""));
  }

  @Test
  void aWrongPinIsShownToTheNewTokenOnce() throws Exception {
    // No other test logs in to this one.
    RootKind token = Devices.token("untouched");
    begin(plain("root-1.key"));
    Path wrong = Files.writeString(dir.resolve("wrong"), "000000\n");
    Credentials mistaken = new Credentials(List.of(), Optional.of(wrong), Map.of());
    try (RootKeys keys = RootKeys.open(home, mistaken)) {
      KeyUnavailable refused = assertThrows(KeyUnavailable.class, () -> move(keys, token));
      assertEquals("token \"untouched\" refuses the PIN", refused.getMessage());
      BadInput again = assertThrows(BadInput.class, () -> move(keys, token));
      assertTrue(again.getMessage().contains("not tried again"), again.getMessage());
      assertEquals(1, keys.list().entries().size());
      // The file is the same, its PIN another.
      Files.writeString(wrong, Devices.PIN + "\n");
      keys.destroy(move(keys, token));
    }
  }

  @Test
  void eachTokenIsShownItsOwnPin() throws Exception {
    Path wrong = Files.writeString(dir.resolve("wrong"), "000000\n");
    String[] arguments = {
      "--pin-file", wrong.toString(), "--token-pin", "odd=name=" + pin, "--token-pin", "b=/b"
    };
    Credentials own = Credentials.of(Arguments.parse(arguments, Credentials.OPTIONS, List.of()));
    assertEquals(Devices.PIN, shown(own, "odd=name"));
    assertEquals("000000", shown(own, "another"));
  }

  private String shown(Credentials credentials, String label) throws Exception {
    StringBuilder seen = new StringBuilder();
    assertThrows(
        KeyUnavailable.class,
        () ->
            credentials.byPin(
                home.directory(),
                label,
                given -> {
                  seen.append(given);
                  throw new KeyUnavailable(KeyUnavailable.Reason.DEVICE, "seen");
                }));
    return seen.toString();
  }

  @Test
  void aNewFileIsUnderTheLastPassphraseAndTheOldOpensByItsOwn() throws Exception {
    all = new Credentials(List.of(first), Optional.empty(), Map.of());
    begin(secret("root-1.key"));
    byte[] old;
    Credentials both = new Credentials(List.of(first, second), Optional.empty(), Map.of());
    try (RootKeys keys = RootKeys.open(home, both)) {
      old = keys.ring().wrap(data, AD);
      move(keys, secret("root-2.key"));
    }
    Credentials later = new Credentials(List.of(second), Optional.empty(), Map.of());
    try (RootKeys keys = RootKeys.open(home, later)) {
      requireOpens(keys, keys.ring().wrap(data, AD));
      assertThrows(BadInput.class, () -> keys.ring().unwrap(old, AD).close());
      assertTrue(keys.unreachable(entry(keys, 0).id()).orElseThrow().contains("passphrase"));
      // Its passphrase is not needed for that.
      keys.destroy(entry(keys, 0));
      assertEquals(List.of("root-2.key"), files(".key"));
    }
    Credentials before = new Credentials(List.of(first), Optional.empty(), Map.of());
    assertThrows(BadInput.class, () -> RootKeys.open(home, before).close());
  }

  @Test
  void anOldKeyThatIsAwayStopsNothingAndIsDestroyedWhenItIsBack() throws Exception {
    RootKind token = Devices.token();
    long objects = Devices.objects();
    begin(token);
    byte[] old;
    byte[] now;
    try (RootKeys keys = RootKeys.open(home, all)) {
      old = keys.ring().wrap(data, AD);
      move(keys, plain("root-2.key"));
      now = keys.ring().wrap(data, AD);
    }
    Credentials without = new Credentials(List.of(), Optional.empty(), Map.of());
    String id;
    try (RootKeys keys = RootKeys.open(home, without)) {
      id = entry(keys, 0).id();
      requireOpens(keys, now);
      assertThrows(BadInput.class, () -> keys.ring().unwrap(old, AD).close());
      assertTrue(keys.unreachable(id).orElseThrow().contains("no PIN file"));
      assertThrows(BadInput.class, () -> keys.destroy(entry(keys, 0)));
      assertTrue(entry(keys, 0).doomed());
      assertEquals(objects + 1, Devices.objects());
    }
    try (RootKeys keys = RootKeys.open(home, all)) {
      assertEquals(1, keys.list().entries().size());
      assertFalse(keys.unreachable(id).isPresent());
      requireOpens(keys, now);
      assertEquals(objects, Devices.objects());
    }
  }

  @Test
  void aKeyThatTheMachinesStateKeepsShutIsDestroyedToo() throws Exception {
    Path tpm = Devices.tpm();
    begin(Devices.sealed("root-1.tpm", tpm, "16"));
    byte[] old;
    try (RootKeys keys = RootKeys.open(home, all)) {
      old = keys.ring().wrap(data, AD);
      move(keys, plain("root-2.key"));
    }
    Devices.extend(tpm, 16);
    try (RootKeys keys = RootKeys.open(home, all)) {
      assertThrows(BadInput.class, () -> keys.ring().unwrap(old, AD).close());
      assertTrue(keys.unreachable(entry(keys, 0).id()).orElseThrow().contains("PCR 16"));
      // Back to the TPM, as it is now.
      move(keys, Devices.sealed("root-3.tpm", tpm, "16"));
      keys.destroy(entry(keys, 0));
    }
    try (RootKeys keys = RootKeys.open(home, all)) {
      assertEquals(
          List.of("file", "tpm"),
          keys.list().entries().stream().map(e -> e.kind().provider()).toList());
    }
    assertEquals(List.of("root-3.tpm"), files(".tpm"));
  }

  /**
   * What nobody can open stops keyd, if it is the key in force: there is no way round to another.
   */
  @Test
  void noOtherKeyStandsInForTheOneInForce() throws Exception {
    Path tpm = Devices.tpm();
    begin(plain("root-1.key"));
    try (RootKeys keys = RootKeys.open(home, all)) {
      move(keys, Devices.sealed("root-2.tpm", tpm, "16"));
    }
    Devices.extend(tpm, 16);
    assertThrows(KeyUnavailable.class, () -> RootKeys.open(home, all).close());
  }

  @Test
  void theSameKindIsTheKindThatWrappedLast() throws Exception {
    begin(plain("root-1.key"));
    try (RootKeys keys = RootKeys.open(home, all)) {
      move(keys, secret("root-2.key"));
      keys.destroy(keys.list().inForce().orElseThrow());
      assertEquals(Optional.empty(), keys.ring().current());
    }
    try (RootKeys keys = RootKeys.open(home, all)) {
      assertEquals(Optional.empty(), keys.ring().current());
      RootKind made = keys.rotate(Optional.empty(), Fortress.START).kind();
      // The plain file that is still in the list does not count.
      assertTrue(made instanceof RootKind.File file && file.passphrase(), made.toString());
    }
    List<String> names = new ArrayList<>(new TreeSet<>(files(".key")));
    assertEquals(2, names.size(), names.toString());
  }

  /** The list had one member less, and "the same kind" must not become a weaker one by that. */
  @Test
  void aListOfBeforeStillSaysWhichFilesAreUnderAPassphrase() throws Exception {
    for (boolean passphrase : List.of(true, false)) {
      home = new Home(Files.createDirectory(dir.resolve("before-" + passphrase)));
      Files.createDirectories(home.state());
      begin(new RootKind.File("root.key", passphrase));
      Json.Builder older = Json.obj().put("current", home.roots().load().string("current"));
      Json.Builder entry = Json.obj();
      home.roots()
          .load()
          .objects("keys")
          .getFirst()
          .members()
          .forEach((name, value) -> {
            if (!name.equals("passphrase")) {
              entry.put(name, value);
            }
          });
      home.roots().store(older.put("keys", Json.arr(List.of(entry.build()))).build());
      try (RootKeys keys = RootKeys.open(home, all)) {
        RootKind next = keys.rotate(Optional.empty(), Fortress.START).kind();
        assertTrue(next instanceof RootKind.File file && file.passphrase() == passphrase);
      }
    }
  }
}
