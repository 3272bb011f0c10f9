package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keyd is shown so that it reaches its root keys. */
class RootKeyPlacesTest {
  private static final Path MODULE = Path.of("/usr/lib/p11.so");

  @TempDir Path dir;

  private static RootKeyPlace token(String label, String conf, String pin) {
    return new RootKeyPlace(
        Optional.of(place(label)),
        List.of(MODULE, Path.of(conf)),
        Map.of("P11_CONF", conf),
        Optional.of(Path.of(pin)));
  }

  private static Json.Obj place(String label) {
    return Json.obj()
        .put("provider", "pkcs11")
        .put("module", MODULE.toString())
        .put("token", label)
        .build();
  }

  private static RootKeyPlaces of(RootKeyPlace... places) {
    return new RootKeyPlaces(List.of(places), List.of());
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    RootKeyPlaces places = of(RootKeyPlace.file(true), token("a", "/etc/a", "/pin"));
    Home home = new Home(dir);
    places.write(home);
    assertEquals(places, RootKeyPlaces.read(home));
    assertEquals(Optional.empty(), RootKeyPlaces.shown(home));
    Files.createDirectory(home.run());
    RootKeyPlaces given = places.under(List.of(Path.of("/secret")));
    given.writeShown(home);
    assertEquals(Optional.of(given), RootKeyPlaces.shown(home));
  }

  @Test
  void aFileOfBeforeHasOnePlaceWithoutAName() throws Exception {
    Files.writeString(
        dir.resolve(RootKeyPlaces.FILE),
        "{\"environment\":{\"P11_CONF\":\"/etc/a\"},\"paths\":[\"/etc/a\"],\"pin\":\"/pin\"}");
    RootKeyPlaces read = RootKeyPlaces.read(new Home(dir));
    assertEquals(List.of("--pin-file", "/home/pin-0"), read.daemon());
    assertTrue(read.covers(token("a", "/etc/a", "/pin")));
    assertFalse(read.covers(token("a", "/etc/a", "/other")));
    // Its name is not known, so it is never taken for what a key left behind.
    assertEquals(read, read.without(place("a"), List.of()));
  }

  @Test
  void coversWhatIsSeenWholeAndNothingElse() {
    RootKeyPlaces places = of(token("a", "/etc/a", "/pin"));
    assertTrue(places.covers(RootKeyPlace.file(false)));
    assertTrue(places.covers(token("a", "/etc/a", "/pin")));
    assertFalse(places.covers(token("a", "/etc/b", "/pin")));
    assertFalse(places.covers(token("a", "/etc/a", "/new")));
    assertFalse(places.covers(token("b", "/etc/a", "/pin")));
  }

  @Test
  void eachTokenHasItsPinAndTheOneNamedLastReplacesItsOlderSelf() throws Exception {
    RootKeyPlaces places =
        of(token("a", "/etc/a", "/pin-a"))
            .with(token("b", "/etc/a", "/pin-b"))
            .with(token("a", "/etc/a", "/pin-c"));
    assertEquals(
        List.of("--token-pin", "b=/home/pin-0", "--token-pin", "a=/home/pin-1"), places.daemon());
    assertEquals(of(token("b", "/etc/a", "/pin-b")), places.without(place("a"), List.of()));
    assertEquals(places, places.without(place("a"), List.of(place("b"), place("a"))));
  }

  @Test
  void oneProcessHasOneEnvironment() {
    RootKeyPlaces places = of(token("a", "/etc/a", "/pin"));
    Failure refused = assertThrows(Failure.class, () -> places.with(token("b", "/etc/b", "/pin")));
    assertEquals(Exit.USAGE, refused.exit());
    assertTrue(String.valueOf(refused.getMessage()).contains("P11_CONF is /etc/a"));
  }

  @Test
  void whatIsMissingIsLeftOut() throws Exception {
    Path pin = Files.createFile(dir.resolve("pin"));
    RootKeyPlace place =
        new RootKeyPlace(
            Optional.of(place("a")),
            List.of(dir, dir.resolve("gone")),
            Map.of(),
            Optional.of(dir.resolve("gone-too")));
    assertEquals(List.of(dir.resolve("gone"), dir.resolve("gone-too")), place.missing());
    assertEquals(List.of(dir), place.present().paths());
    assertEquals(Optional.empty(), place.present().pin());
    assertEquals(Optional.of(pin), place.withPin(pin).present().pin());
  }
}
