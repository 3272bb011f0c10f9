package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyProvider;
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
  /** A file beside keyd's other keys; {@code name} has no directory. */
  record File(String name) implements RootKind {}

  /** A PKCS #11 token. */
  record Token(Path module, String label) implements RootKind {
    private Pkcs11Key.Token place() {
      return new Pkcs11Key.Token(module, label);
    }
  }

  /** A TPM, and a file beside keyd's other keys that only this TPM opens. */
  record Tpm(String name, Path device, Pcrs pcrs) implements RootKind {}

  /** What the ceremony was asked for; a file if nothing. */
  static RootKind of(Arguments arguments) throws BadInput {
    String kind = arguments.find("--root-key").orElse("file");
    return switch (kind) {
      case "file" -> new File("root.key");
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

  static RootKind read(Json.Obj json) throws BadInput {
    return switch (json.string("provider")) {
      case "file" -> new File(plain(json.string("name")));
      case "pkcs11" -> new Token(Path.of(json.string("module")), json.string("token"));
      case "tpm" ->
          new Tpm(
              plain(json.string("name")),
              Path.of(json.string("device")),
              Pcrs.parse(json.string("pcrs")));
      default -> throw new BadInput("root key of an unknown provider");
    };
  }

  private static String plain(String name) throws BadInput {
    if (!name.matches("[a-z0-9][a-z0-9.-]{0,63}")) {
      throw new BadInput("root key file \"" + Json.clip(name) + "\" is no plain name");
    }
    return name;
  }

  /** For people: {@code file}, {@code pkcs11}, {@code tpm}. */
  default String provider() {
    return switch (this) {
      case File _ -> "file";
      case Token _ -> "pkcs11";
      case Tpm _ -> "tpm";
    };
  }

  /** Puts the members that {@link #read} needs. */
  default void put(Json.Builder json) {
    json.put("provider", provider());
    switch (this) {
      case File file -> json.put("name", file.name());
      case Token token -> json.put("module", token.module().toString()).put("token", token.label());
      case Tpm tpm ->
          json.put("name", tpm.name())
              .put("device", tpm.device().toString())
              .put("pcrs", tpm.pcrs().toString());
    }
  }

  /** Where another key of this kind goes. */
  default RootKind next() {
    return switch (this) {
      case File _ -> new File("root-" + unique() + ".key");
      case Token token -> token;
      case Tpm tpm -> new Tpm("root-" + unique() + ".tpm", tpm.device(), tpm.pcrs());
    };
  }

  private static String unique() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Whether its file is gone, and with it the key; a token has none. */
  default boolean gone(Path directory) {
    return switch (this) {
      case File file -> !Files.exists(directory.resolve(file.name()));
      case Token _ -> false;
      case Tpm tpm -> !Files.exists(directory.resolve(tpm.name()));
    };
  }

  /** Makes a new key there. */
  default KeyProvider create(Path directory, Credentials credentials) throws IOException, BadInput {
    return switch (this) {
      case File file -> {
        Path path = directory.resolve(file.name());
        if (credentials.passphraseFile().isEmpty()) {
          yield RootKey.create(path);
        }
        try (Passphrase passphrase = Passphrase.read(credentials.passphraseFile().get())) {
          yield RootKey.create(path, passphrase.characters());
        }
      }
      case Token token -> credentials.byPin(directory, pin -> Pkcs11Key.create(token.place(), pin));
      case Tpm tpm -> TpmKey.create(tpm.device(), directory.resolve(tpm.name()), tpm.pcrs());
    };
  }

  /** Opens the key with this id. */
  default KeyProvider open(Path directory, String id, Credentials credentials)
      throws IOException, BadInput {
    return switch (this) {
      case File file -> openFile(directory.resolve(file.name()), credentials);
      case Token token ->
          credentials.byPin(directory, pin -> Pkcs11Key.open(token.place(), id, pin));
      case Tpm tpm -> TpmKey.open(tpm.device(), directory.resolve(tpm.name()));
    };
  }

  /** Opens a root key file. */
  static RootKey openFile(Path file, Credentials credentials) throws IOException, BadInput {
    if (credentials.passphraseFile().isEmpty()) {
      return RootKey.open(file);
    }
    try (Passphrase passphrase = Passphrase.read(credentials.passphraseFile().get())) {
      return RootKey.open(file, passphrase.characters());
    }
  }
}
