package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.Pkcs11Key;
import dev.sallyport.custody.RootKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What kind of thing holds a root key, and where; closed. */
sealed interface RootKind {
  /** A file beside keyd's other keys; {@code name} has no directory. */
  record File(String name) implements RootKind {}

  /** A PKCS #11 token. */
  record Token(Path module, String label) implements RootKind {}

  /** What the ceremony was asked for; a file if nothing. */
  static RootKind of(Arguments arguments) throws BadInput {
    String kind = arguments.find("--root-key").orElse("file");
    return switch (kind) {
      case "file" -> new File("root.key");
      case "pkcs11" ->
          new Token(Path.of(arguments.need("--pkcs11-module")), arguments.need("--pkcs11-token"));
      default -> throw new BadInput("root key \"" + Json.clip(kind) + "\"; file or pkcs11");
    };
  }

  static RootKind read(Json.Obj json) throws BadInput {
    return switch (json.string("provider")) {
      case "file" -> new File(plain(json.string("name")));
      case "pkcs11" -> new Token(Path.of(json.string("module")), json.string("token"));
      default -> throw new BadInput("root key of an unknown provider");
    };
  }

  private static String plain(String name) throws BadInput {
    if (!name.matches("[a-z0-9][a-z0-9.-]{0,63}")) {
      throw new BadInput("root key file \"" + Json.clip(name) + "\" is no plain name");
    }
    return name;
  }

  /** For people: {@code file}, {@code pkcs11}. */
  default String provider() {
    return switch (this) {
      case File _ -> "file";
      case Token _ -> "pkcs11";
    };
  }

  /** Puts the members that {@link #read} needs. */
  default void put(Json.Builder json) {
    json.put("provider", provider());
    switch (this) {
      case File file -> json.put("name", file.name());
      case Token token -> json.put("module", token.module().toString()).put("token", token.label());
    }
  }

  /** Where another key of this kind goes. */
  default RootKind next() {
    return switch (this) {
      case File _ -> {
        byte[] unique = new byte[8];
        new SecureRandom().nextBytes(unique);
        yield new File("root-" + HexFormat.of().formatHex(unique) + ".key");
      }
      case Token token -> token;
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
      case Token token -> {
        try (Passphrase pin = credentials.pin()) {
          yield Pkcs11Key.create(
              new Pkcs11Key.Token(token.module(), token.label()), pin.characters());
        }
      }
    };
  }

  /** Opens the key with this id. */
  default KeyProvider open(Path directory, String id, Credentials credentials)
      throws IOException, BadInput {
    return switch (this) {
      case File file -> openFile(directory.resolve(file.name()), credentials);
      case Token token -> {
        try (Passphrase pin = credentials.pin()) {
          yield Pkcs11Key.open(
              new Pkcs11Key.Token(token.module(), token.label()), id, pin.characters());
        }
      }
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
