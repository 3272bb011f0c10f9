package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confinement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What keyd is shown of this machine so that it reaches its root keys. Which key lies where, and
 * which is in force, says keyd's own list alone ({@code keyd/state/roots}); this here is written by
 * {@code init} and, before a key moves, by {@code keys rotate --to}, and read by {@code up}. So it
 * may show more than is needed, and never decides anything.
 *
 * @param places the last is the one that was named last
 * @param passphrases each may open a file; new files are under the last. Given to {@code up}, kept
 *     nowhere but in {@code run}
 */
record RootKeyPlaces(List<RootKeyPlace> places, List<Path> passphrases) {
  static final String FILE = "root-key.json";

  /** Where keyd, and nobody else, finds its PINs and passphrases. */
  private static final Path PINS = Confinements.INSIDE.resolve("pin");

  private static final Path PASSPHRASES = Confinements.INSIDE.resolve("passphrase");
  private static final int LIMIT = 1 << 16;

  RootKeyPlaces {
    places = List.copyOf(places);
    passphrases = List.copyOf(passphrases);
  }

  static RootKeyPlaces none() {
    return new RootKeyPlaces(List.of(), List.of());
  }

  /** As it was written last; an installation from before has its root key in a file. */
  static RootKeyPlaces read(Home home) throws Failure {
    return read(home.path().resolve(FILE)).orElse(none());
  }

  /** What keyd was shown when {@code up} started it; empty if something else started it. */
  static Optional<RootKeyPlaces> shown(Home home) throws Failure {
    return read(home.run().resolve(FILE));
  }

  private static Optional<RootKeyPlaces> read(Path file) throws Failure {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj json = Json.parseObject(Bounded.read(file, LIMIT));
      List<RootKeyPlace> places = new ArrayList<>();
      // Written by init of before: one place, without its name.
      List<Json.Obj> all = json.find("places").isPresent() ? json.objects("places") : List.of(json);
      for (Json.Obj place : all) {
        places.add(RootKeyPlace.read(place));
      }
      List<String> secrets =
          json.find("passphrases").isPresent() ? json.strings("passphrases") : List.of();
      return Optional.of(new RootKeyPlaces(places, secrets.stream().map(Path::of).toList()));
    } catch (IOException | BadInput e) {
      throw new Failure(Exit.DATA, FILE + ": " + e.getMessage(), e);
    }
  }

  Json.Obj toJson() {
    Json.Builder json =
        Json.obj().put("places", Json.arr(places.stream().map(RootKeyPlace::toJson).toList()));
    if (!passphrases.isEmpty()) {
      json.put("passphrases", Json.strings(passphrases.stream().map(Path::toString).toList()));
    }
    return json.build();
  }

  void write(Home home) throws IOException {
    write(home.path().resolve(FILE));
  }

  /** Writes down what keyd is shown from now on. */
  void writeShown(Home home) throws IOException {
    write(home.run().resolve(FILE));
  }

  private void write(Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, toJson().canonical());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** With these passphrases. */
  RootKeyPlaces under(List<Path> files) {
    return new RootKeyPlaces(places, files);
  }

  /** With one more place, in the stead of what is known of the same holder. */
  RootKeyPlaces with(RootKeyPlace more) throws Failure {
    List<RootKeyPlace> all = new ArrayList<>();
    for (RootKeyPlace one : places) {
      if (one.holder().isEmpty() || !one.holder().equals(more.holder())) {
        requireAgree(one, more);
        all.add(one);
      }
    }
    all.add(more);
    return new RootKeyPlaces(all, passphrases);
  }

  /** One process has one environment. */
  private static void requireAgree(RootKeyPlace one, RootKeyPlace more) throws Failure {
    for (Map.Entry<String, String> variable : more.environment().entrySet()) {
      String other = one.environment().get(variable.getKey());
      if (other != null && !other.equals(variable.getValue())) {
        throw new Failure(
            Exit.USAGE,
            "--pkcs11-env "
                + variable.getKey()
                + " is "
                + other
                + " for another root key; move the key by way of a file, and destroy that one first");
      }
    }
  }

  /** Without what only a key needed that is gone. */
  RootKeyPlaces without(Json.Obj gone, List<Json.Obj> left) {
    Optional<List<String>> holder = holder(gone);
    boolean needed = left.stream().anyMatch(place -> holder(place).equals(holder));
    return needed
        ? this
        : new RootKeyPlaces(
            places.stream().filter(place -> !place.holder().equals(holder)).toList(), passphrases);
  }

  private static Optional<List<String>> holder(Json.Obj place) {
    return new RootKeyPlace(Optional.of(place), List.of(), Map.of(), Optional.empty()).holder();
  }

  /** Whether all that this place needs is shown; below /usr everything is. */
  boolean covers(RootKeyPlace wanted) {
    return wanted.paths().stream().allMatch(this::shows)
        && environment().entrySet().containsAll(wanted.environment().entrySet())
        && (wanted.pin().isEmpty() || wanted.pin().equals(pin(wanted.token())));
  }

  private boolean shows(Path path) {
    return path.startsWith("/usr")
        || places.stream().anyMatch(place -> place.paths().contains(path));
  }

  private Map<String, String> environment() {
    Map<String, String> all = new java.util.TreeMap<>();
    places.forEach(place -> all.putAll(place.environment()));
    return all;
  }

  private Optional<Path> pin(Optional<String> token) {
    return places.stream()
        .filter(place -> place.token().equals(token))
        .findFirst()
        .or(() -> places.stream().filter(place -> place.place().isEmpty()).findFirst())
        .flatMap(RootKeyPlace::pin);
  }

  /** What keyd is told. */
  List<String> daemon() {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < passphrases.size(); i++) {
      arguments.addAll(List.of("--passphrase-file", inside(PASSPHRASES, i)));
    }
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).pin().isPresent()) {
        Optional<String> token = places.get(i).token();
        String file = inside(PINS, i);
        arguments.addAll(
            token.isPresent()
                ? List.of("--token-pin", token.get() + "=" + file)
                : List.of("--pin-file", file));
      }
    }
    return arguments;
  }

  private static String inside(Path name, int number) {
    return name + "-" + number;
  }

  /** Shows it to keyd. */
  void show(Confinement.Builder view) {
    for (int i = 0; i < passphrases.size(); i++) {
      view.readOnly(passphrases.get(i), Path.of(inside(PASSPHRASES, i)));
    }
    for (int i = 0; i < places.size(); i++) {
      places.get(i).paths().forEach(path -> Confinements.reach(view, path));
      String file = inside(PINS, i);
      places.get(i).pin().ifPresent(pin -> view.readOnly(pin, Path.of(file)));
    }
    environment().forEach(view::environment);
  }
}
