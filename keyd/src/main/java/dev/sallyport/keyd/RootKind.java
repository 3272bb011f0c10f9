package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.Pkcs11Key;
import dev.sallyport.custody.RootKey;
import dev.sallyport.custodytpm.Pcrs;
import dev.sallyport.custodytpm.TpmKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What kind of thing holds a root key, and where; closed. */
sealed interface RootKind {
  /**
   * A file beside keyd's other keys.
   *
   * @param name without a directory
   * @param passphrase whether the key is under one
   */
  record File(String name, boolean passphrase) implements RootKind {}

  /** A PKCS #11 token. */
  record Token(Path module, String label) implements RootKind {
    private Pkcs11Key.Token pkcs11() {
      return new Pkcs11Key.Token(module, label);
    }
  }

  /** A TPM, and a file beside keyd's other keys that only this TPM opens. */
  record Tpm(String name, Path device, Pcrs pcrs) implements RootKind {}

  /** What the ceremony was asked for; a file if nothing. */
  static RootKind of(Arguments arguments) throws BadInput {
    String kind = arguments.find("--root-key").orElse("file");
    return switch (kind) {
      case "file" -> new File("root.key", arguments.find("--passphrase-file").isPresent());
      case "pkcs11" ->
          new Token(Path.of(arguments.need("--pkcs11-module")), arguments.need("--pkcs11-token"));
      case "tpm" ->
          new Tpm(
              "root.tpm",
              Path.of(arguments.need("--tpm-device")),
              Pcrs.parse(arguments.need("--tpm-pcrs")));
      default -> throw new BadInput("root key \"" + Json.clip(kind) + "\"; file, pkcs11 or tpm");
    };
  }

  /** What {@link #put} wrote; without a name, a file that is to be made. */
  static RootKind read(Json.Obj json) throws BadInput {
    return switch (json.string("provider")) {
      case "file" -> new File(name(json, ".key"), json.bool("passphrase"));
      case "pkcs11" -> new Token(path(json.string("module")), json.string("token"));
      case "tpm" ->
          new Tpm(name(json, ".tpm"), path(json.string("device")), Pcrs.parse(json.string("pcrs")));
      default -> throw new BadInput("root key of an unknown provider");
    };
  }

  /**
   * Where a new key is to go, as people signed it.
   *
   * <p>INVARIANT: all that decides how strong the place is was signed; nothing else is taken, and
   * nothing is filled in (spec/key-release.md §3.1).
   */
  static RootKind ordered(Json.Obj json) throws BadInput {
    RootKind kind = read(json);
    if (!kind.place().members().keySet().equals(json.members().keySet())) {
      throw new BadInput(
          "order's members of \"to\" are "
              + String.join(", ", json.members().keySet())
              + "; for "
              + kind.provider()
              + " they must be "
              + String.join(", ", kind.place().members().keySet()));
    }
    return kind;
  }

  private static String name(Json.Obj json, String suffix) throws BadInput {
    String name = json.findString("name").orElseGet(() -> unique() + suffix);
    if (!name.matches("[a-z0-9][a-z0-9.-]{0,63}")) {
      throw new BadInput("root key file \"" + Json.clip(name) + "\" is no plain name");
    }
    return name;
  }

  private static Path path(String text) throws BadInput {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw new BadInput("\"" + Json.clip(text) + "\" is no absolute path");
    }
    return Path.of(text);
  }

  /** For people: {@code file}, {@code pkcs11}, {@code tpm}. */
  default String provider() {
    return switch (this) {
      case File _ -> "file";
      case Token _ -> "pkcs11";
      case Tpm _ -> "tpm";
    };
  }

  /** What people sign and are shown: all of it but the name of a file. */
  default Json.Obj place() {
    Json.Builder json = Json.obj().put("provider", provider());
    switch (this) {
      case File file -> json.put("passphrase", file.passphrase());
      case Token token -> json.put("module", token.module().toString()).put("token", token.label());
      case Tpm tpm ->
          json.put("device", tpm.device().toString()).put("pcrs", tpm.pcrs().toString());
    }
    return json.build();
  }

  /** Puts the members that {@link #read} needs. */
  default void put(Json.Builder json) {
    place().members().forEach(json::put);
    switch (this) {
      case File file -> json.put("name", file.name());
      case Token _ -> {}
      case Tpm tpm -> json.put("name", tpm.name());
    }
  }

  /** Where another key of this kind goes. */
  default RootKind next() {
    return switch (this) {
      case File file -> new File(unique() + ".key", file.passphrase());
      case Token token -> token;
      case Tpm tpm -> new Tpm(unique() + ".tpm", tpm.device(), tpm.pcrs());
    };
  }

  private static String unique() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    return "root-" + HexFormat.of().formatHex(random);
  }

  /** Makes a new key there. */
  default KeyProvider create(Path directory, Credentials credentials) throws IOException, BadInput {
    return switch (this) {
      case File file when file.passphrase() -> {
        try (Passphrase passphrase = Passphrase.read(credentials.passphraseForNew())) {
          yield RootKey.create(directory.resolve(file.name()), passphrase.characters());
        }
      }
      case File file -> RootKey.create(directory.resolve(file.name()));
      case Token token ->
          credentials.byPin(directory, token.label(), pin -> Pkcs11Key.create(token.pkcs11(), pin));
      case Tpm tpm -> TpmKey.create(tpm.device(), directory.resolve(tpm.name()), tpm.pcrs());
    };
  }

  /** Makes a new key at {@code next}; one at the TPM of this key must be by that very TPM. */
  default KeyProvider createNext(RootKind next, Path directory, Credentials credentials)
      throws IOException, BadInput {
    if (this instanceof Tpm here
        && next instanceof Tpm there
        && here.device().equals(there.device())) {
      return TpmKey.createAfter(
          directory.resolve(here.name()),
          there.device(),
          directory.resolve(there.name()),
          there.pcrs());
    }
    return next.create(directory, credentials);
  }

  /** Opens the key with this id. */
  default KeyProvider open(Path directory, String id, Credentials credentials)
      throws IOException, BadInput {
    return switch (this) {
      case File file -> credentials.byPassphrase(directory.resolve(file.name()));
      case Token token ->
          credentials.byPin(
              directory, token.label(), pin -> Pkcs11Key.open(token.pkcs11(), id, pin));
      case Tpm tpm -> TpmKey.open(tpm.device(), directory.resolve(tpm.name()));
    };
  }

  /**
   * Destroys the key with this id, if it is still there. Only a token needs its PIN for that: a key
   * whose passphrase was lost, or that the machine's state keeps shut, goes too.
   *
   * @throws KeyUnavailable if it may still exist
   */
  default void destroy(Path directory, String id, Credentials credentials)
      throws IOException, BadInput {
    switch (this) {
      case File file when Files.exists(directory.resolve(file.name())) ->
          RootKey.destroy(directory.resolve(file.name()));
      case Tpm tpm when Files.exists(directory.resolve(tpm.name())) ->
          TpmKey.destroy(tpm.device(), directory.resolve(tpm.name()));
      case File _, Tpm _ -> {}
      case Token _ -> destroyOnToken(directory, id, credentials);
    }
  }

  private void destroyOnToken(Path directory, String id, Credentials credentials)
      throws IOException, BadInput {
    KeyProvider key;
    try {
      key = open(directory, id, credentials);
    } catch (KeyUnavailable e) {
      if (e.reason() != KeyUnavailable.Reason.KEY) {
        throw e;
      }
      System.getLogger("keyd").log(System.Logger.Level.INFO, "root key {0} is gone already", id);
      return;
    }
    try (key) {
      key.destroy();
    }
  }
}
