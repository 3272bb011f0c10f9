package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who signs: a person whose key the ceremony made, or a key file. */
final class SignAs {
  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "Sign as this person, with HOME/people/NAME.key.")
  private @Nullable String person;

  @Option(names = "--key", paramLabel = "FILE", description = "Sign with this key file.")
  private @Nullable Path file;

  /** The key file chosen. */
  Path path(Home home) throws Failure {
    if ((person == null) == (file == null)) {
      throw new Failure(Exit.USAGE, "say who signs: either --as NAME or --key FILE");
    }
    Path path = file != null ? file : file(home, String.valueOf(person));
    if (!Files.isReadable(path)) {
      throw new Failure(Exit.MISSING, "no key at " + path);
    }
    return path.toAbsolutePath();
  }

  /** Where the ceremony put this person's key. */
  static Path file(Home home, String person) throws Failure {
    return home.existing().people().resolve(safe(person) + ".key");
  }

  SigningKey key(Home home) throws Failure {
    return read(path(home));
  }

  static SigningKey read(Path file) throws Failure {
    try {
      return SigningKey.read(file);
    } catch (NoSuchFileException e) {
      throw new Failure(Exit.MISSING, "no key at " + file, e);
    } catch (IOException | BadInput e) {
      throw new Failure(Exit.DATA, String.valueOf(e.getMessage()), e);
    }
  }

  /** The signer's name in the trust root. */
  String name(Home home) throws Failure {
    Digest id = key(home).verifyingKey().id();
    return home.readTrustRoot()
        .personOf(id)
        .map(Person::name)
        .orElseThrow(
            () -> new Failure(Exit.DATA, "key " + id.brief() + " is nobody's in the trust root"));
  }

  Envelope sign(Home home, Statement statement) throws Failure {
    return Envelope.sign(statement, key(home));
  }

  /** A signed command (spec/evidence.md §8). */
  Envelope command(Home home, String command, Json.Obj arguments) throws Failure {
    SigningKey key = key(home);
    Digest root = home.readTrustRoot().id();
    Json.Obj predicate =
        Json.obj()
            .put("command", command)
            .put("arguments", arguments)
            .put("at", Instant.now().truncatedTo(ChronoUnit.MILLIS))
            .put("nonce", Nonce.fresh().hex())
            .build();
    return Envelope.sign(
        Statement.about("installation", root, Statement.OWN + "command/v1", predicate), key);
  }

  private static String safe(String name) throws Failure {
    if (!Names.isName(name)) {
      throw new Failure(Exit.USAGE, "--as " + name + ": " + Names.RULE);
    }
    return name;
  }
}
