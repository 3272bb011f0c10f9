package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One place for a root key, and what keyd must see of this machine to reach it: files and
 * directories of a token's module, or a TPM; environment; the file with the PIN. Holds no secret.
 *
 * @param place as people sign it (spec/key-release.md §3.1); empty if an installation from before
 *     did not write it down
 * @param paths files and directories that the module reads and writes, or the TPM
 * @param environment what the module is configured by
 * @param pin the file with the PIN
 */
record RootKeyPlace(
    Optional<Json.Obj> place,
    List<Path> paths,
    Map<String, String> environment,
    Optional<Path> pin) {
  RootKeyPlace {
    paths = List.copyOf(paths);
    environment = Map.copyOf(environment);
  }

  /** A file in keyd's directory: nothing more is needed, but a passphrase if it is under one. */
  static RootKeyPlace file(boolean passphrase) {
    return new RootKeyPlace(
        Optional.of(Json.obj().put("provider", "file").put("passphrase", passphrase).build()),
        List.of(),
        Map.of(),
        Optional.empty());
  }

  static RootKeyPlace read(Json.Obj json) throws BadInput {
    Map<String, String> environment = new TreeMap<>();
    for (String name : json.object("environment").members().keySet()) {
      environment.put(name, json.object("environment").string(name));
    }
    List<Path> paths = new ArrayList<>();
    json.strings("paths").forEach(path -> paths.add(Path.of(path)));
    Optional<Json.Obj> place =
        json.find("place").isPresent() ? Optional.of(json.object("place")) : Optional.empty();
    return new RootKeyPlace(place, paths, environment, json.findString("pin").map(Path::of));
  }

  Json.Obj toJson() {
    Json.Builder variables = Json.obj();
    environment.forEach(variables::put);
    Json.Builder json =
        Json.obj()
            .put("paths", Json.strings(paths.stream().map(Path::toString).toList()))
            .put("environment", variables.build());
    place.ifPresent(named -> json.put("place", named));
    pin.ifPresent(file -> json.put("pin", file.toString()));
    return json.build();
  }

  /** What the ceremony of keyd is told; it runs outside, so it finds things where they are. */
  List<String> ceremony() throws BadInput {
    List<String> all = new ArrayList<>();
    Json.Obj named = place.orElseThrow();
    all.addAll(List.of("--root-key", named.string("provider")));
    for (String member : List.of("module", "token", "device", "pcrs")) {
      String group = named.string("provider");
      named.findString(member).ifPresent(v -> all.addAll(List.of("--" + group + "-" + member, v)));
    }
    pin.ifPresent(file -> all.addAll(List.of("--pin-file", file.toString())));
    return all;
  }

  /** The label of its token, if it is one. */
  Optional<String> token() {
    return member("token");
  }

  private Optional<String> member(String name) {
    return place.flatMap(named -> named.find(name)).flatMap(RootKeyPlace::text);
  }

  private static Optional<String> text(Json json) {
    return json instanceof Json.Str string ? Optional.of(string.value()) : Optional.empty();
  }

  /** What holds a key in this place; empty if that is not known. */
  Optional<List<String>> holder() {
    return place.map(_ ->
        Stream.of("provider", "module", "token", "device")
            .map(name -> member(name).orElse(""))
            .toList());
  }

  /** What of it is not on this machine now. */
  List<Path> missing() {
    return Stream.concat(paths.stream(), pin.stream())
        .filter(path -> !Files.isReadable(path))
        .toList();
  }

  /** The same without what is missing. */
  RootKeyPlace present() {
    return new RootKeyPlace(
        place,
        paths.stream().filter(Files::isReadable).toList(),
        environment,
        pin.filter(Files::isReadable));
  }

  /** The same, with the PIN in another file. */
  RootKeyPlace withPin(Path file) {
    return new RootKeyPlace(place, paths, environment, Optional.of(file));
  }

  /** For people: {@code token "weights" of /usr/lib/x.so}. */
  static String text(Json.Obj place) throws BadInput {
    return switch (place.string("provider")) {
      case "file" -> place.bool("passphrase") ? "file under a passphrase" : "file, no passphrase";
      case "pkcs11" -> "token \"" + place.string("token") + "\" of " + place.string("module");
      case "tpm" -> "TPM " + place.string("device") + ", PCR " + place.string("pcrs");
      default -> throw new BadInput("root key in an unknown place");
    };
  }
}
