package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/** A small installation for tests: a trust root with two people, a vault, a data key. */
final class House implements AutoCloseable {
  static final ModelName MODEL = new ModelName("tiny");

  /** What keyd would answer; this room never looks into it. */
  static final byte[] WRAPPED = {1, 2, 3};

  final SigningKey ada = SigningKey.generate();
  final SigningKey sam = SigningKey.generate();
  final Secret dataKey = Secret.random();
  final ModelKeys keys = ModelKeys.of(dataKey);
  final Statement rootStatement;
  final TrustRoot root;
  final Vault vault;
  final Path source;

  House(Path directory) throws IOException, BadInput {
    vault = new Vault(directory.resolve("vault"));
    source = Files.createDirectory(directory.resolve("source"));
    rootStatement = rootStatement(ada, sam);
    root = TrustRoot.parse(Envelope.sign(rootStatement, ada, sam));
  }

  static TrustRoot trustRoot(SigningKey systemAdmin, SigningKey securityAdmin) throws BadInput {
    return TrustRoot.parse(
        Envelope.sign(rootStatement(systemAdmin, securityAdmin), systemAdmin, securityAdmin));
  }

  private static Statement rootStatement(SigningKey systemAdmin, SigningKey securityAdmin)
      throws BadInput {
    SigningKey process = SigningKey.generate();
    String recipient;
    try (RecipientKey keyd = RecipientKey.generate()) {
      recipient = keyd.recipient().hex();
    }
    List<Person> people =
        List.of(
            new Person("ada", Role.SYSTEM_ADMIN, systemAdmin.verifyingKey()),
            new Person("sam", Role.SECURITY_ADMIN, securityAdmin.verifyingKey()));
    var key = process.verifyingKey();
    var predicate = TrustRoot.predicate("test", 1, people, key, key, key, key, recipient);
    return Statement.about("test", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
  }

  /** Writes a source file of pseudorandom bytes, the same for the same size. */
  Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Path path = source.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, bytes);
  }

  /** Seals {@link #source} under the data key and publishes it. */
  SealedModel seal() throws IOException, BadInput {
    try (Staging staging = vault.stage(MODEL, OptionalLong.empty())) {
      var draft = staging.seal(Source.scan(source), dataKey, ada, (_, _) -> {});
      return staging.publish(draft.finish(WRAPPED, root), root);
    }
  }

  @Override
  public void close() {
    dataKey.close();
  }
}
