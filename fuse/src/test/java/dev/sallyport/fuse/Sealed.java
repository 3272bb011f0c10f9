package dev.sallyport.fuse;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Source;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A plain directory, the same sealed, and a place to mount it. */
final class Sealed implements AutoCloseable, MountListener {
  static final ModelName MODEL = new ModelName("tiny");

  final Secret dataKey = Secret.random();
  final ModelKeys keys = ModelKeys.of(dataKey);
  final Path plain;
  final Path point;
  final Queue<String> tampered = new ConcurrentLinkedQueue<>();
  final Queue<Exception> broken = new ConcurrentLinkedQueue<>();
  private final SigningKey ada = SigningKey.generate();
  private final TrustRoot root;
  private final Vault vault;

  Sealed(Path directory) throws IOException, BadInput {
    vault = new Vault(directory.resolve("vault"));
    plain = Files.createDirectory(directory.resolve("plain"));
    point = Files.createDirectory(directory.resolve("mounted"));
    root = trustRoot();
  }

  private TrustRoot trustRoot() throws BadInput {
    var key = SigningKey.generate().verifyingKey();
    List<Person> people = List.of(new Person("ada", Role.SYSTEM_ADMIN, ada.verifyingKey()));
    try (RecipientKey keyd = RecipientKey.generate()) {
      var predicate =
          TrustRoot.predicate("test", 1, people, key, key, key, key, keyd.recipient().hex());
      Statement statement =
          Statement.about("test", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
      return TrustRoot.parse(Envelope.sign(statement, ada));
    }
  }

  /** Writes a file of pseudorandom bytes, the same for the same size. */
  Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Path path = plain.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, bytes);
  }

  SealedModel seal() throws IOException, BadInput {
    return seal(FloeParams.SEALED);
  }

  SealedModel seal(FloeParams params) throws IOException, BadInput {
    try (var staging = vault.stage(MODEL, OptionalLong.empty())) {
      var draft =
          staging.seal(Source.scan(plain), dataKey, ada, params, Optional.empty(), (_, _) -> {});
      return staging.publish(draft.finish(new byte[] {1, 2, 3}, root), root);
    }
  }

  /** The ciphertext of the first file. */
  Path ciphertext() {
    return vault.path(MODEL, 1).resolve("000001.floe");
  }

  /** Mounts for everybody; skips the test where that is not allowed. */
  MountedModel mount(SealedModel model) throws IOException {
    return mount(model, (_, _) -> true);
  }

  MountedModel mount(SealedModel model, Callers callers) throws IOException {
    try {
      return MountedModel.mount(
          model,
          keys,
          point,
          callers,
          this,
          MountedModel.Dimensions.standard(),
          Instant.ofEpochSecond(1_700_000_000));
    } catch (FuseFailure e) {
      assumeTrue(e.reason() == FuseFailure.Reason.PROTOCOL, "skipped: " + e.getMessage());
      throw new AssertionError(e);
    }
  }

  @Override
  public void tampered(String place) {
    tampered.add(place);
  }

  @Override
  public void broken(Exception cause) {
    broken.add(cause);
  }

  @Override
  public void close() {
    dataKey.close();
  }
}
