package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confinement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What keyd must see of this machine to reach its root key: files and directories of a token's
 * module, or a TPM; environment; the file with the PIN. Written by {@code init} as {@code
 * root-key.json}, read by {@code up}; holds no secret.
 *
 * @param arguments what the ceremony of keyd is told
 * @param paths files and directories that the module reads and writes
 * @param environment what the module is configured by
 * @param pin the file with the PIN
 */
record RootKeyPlace(
    List<String> arguments, List<Path> paths, Map<String, String> environment, Optional<Path> pin) {
  static final String FILE = "root-key.json";

  /** Where keyd, and nobody else, finds the PIN. */
  static final Path PIN = Confinements.INSIDE.resolve("pin");

  private static final int LIMIT = 1 << 16;

  RootKeyPlace {
    arguments = List.copyOf(arguments);
    paths = List.copyOf(paths);
    environment = Map.copyOf(environment);
  }

  /** A file in keyd's directory: nothing more is needed. */
  static RootKeyPlace file() {
    return new RootKeyPlace(List.of(), List.of(), Map.of(), Optional.empty());
  }

  /** As {@code init} wrote it; an installation from before has its root key in a file. */
  static RootKeyPlace read(Home home) throws Failure {
    Path file = home.path().resolve(FILE);
    if (!Files.exists(file)) {
      return file();
    }
    try {
      Json.Obj json = Json.parseObject(Bounded.read(file, LIMIT));
      Map<String, String> environment = new TreeMap<>();
      for (String name : json.object("environment").members().keySet()) {
        environment.put(name, json.object("environment").string(name));
      }
      List<Path> paths = new ArrayList<>();
      json.strings("paths").forEach(path -> paths.add(Path.of(path)));
      return new RootKeyPlace(List.of(), paths, environment, json.findString("pin").map(Path::of));
    } catch (IOException | BadInput e) {
      throw new Failure(Exit.DATA, FILE + ": " + e.getMessage(), e);
    }
  }

  Json.Obj toJson() {
    Json.Builder variables = Json.obj();
    environment.forEach(variables::put);
    Json.Builder json =
        Json.obj()
            .put("paths", Json.strings(paths.stream().map(Path::toString).toList()))
            .put("environment", variables.build());
    pin.ifPresent(file -> json.put("pin", file.toString()));
    return json.build();
  }

  /** The same, with the PIN in another file. */
  RootKeyPlace withPin(Path file) {
    return new RootKeyPlace(arguments, paths, environment, Optional.of(file));
  }

  /** What the ceremony of keyd is told; it runs outside, so it finds things where they are. */
  List<String> ceremony() {
    List<String> all = new ArrayList<>(arguments);
    pin.ifPresent(file -> all.addAll(List.of("--pin-file", file.toString())));
    return all;
  }

  /** What keyd is told. */
  List<String> daemon() {
    return pin.isPresent() ? List.of("--pin-file", PIN.toString()) : List.of();
  }

  /** Shows it to keyd; below /usr everything is seen anyway. */
  void show(Confinement.Builder view) {
    paths.forEach(path -> Confinements.reach(view, path));
    environment.forEach(view::environment);
    pin.ifPresent(file -> view.readOnly(file, PIN));
  }
}
