package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.supplychain.ModelStatement;
import dev.sallyport.supplychain.ModelTree;
import dev.sallyport.supplychain.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Signs a directory so that other implementations of OpenSSF Model Signing can verify it. */
@Command(
    description = "Signs a model by OpenSSF Model Signing, for verifiers elsewhere.",
    footer = {
      "",
      "A directory, or with --sealed the manifest of a model in the vault, which needs no plaintext.",
      "Inside an installation it counts for nothing.",
      "Example: sallyport model sign ./llama --key publisher.pem --out llama.sig"
    })
final class ModelSign implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "DIR", arity = "0..1", description = "The model.")
  private @Nullable Path directory;

  @Option(
      names = "--sealed",
      paramLabel = "NAME",
      description = "A model in the vault, instead of DIR.")
  private @Nullable String sealed;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "With --sealed: of the model. Default: the newest.")
  private @Nullable Long version;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "PEM",
      description = "Private EC key: P-256, P-384 or P-521, PKCS #8 or SEC 1.")
  private Path key = Path.of("");

  @Option(
      names = "--certificate",
      paramLabel = "PEM",
      description = "The key's certificate, then those above it; they go into the bundle.")
  private @Nullable Path certificate;

  @Option(
      names = "--ml-dsa-key",
      paramLabel = "PEM",
      description = "Private ML-DSA-65 key; its bundle over the same payload is OUT.ml-dsa.")
  private @Nullable Path mlDsaKey;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where the signature goes; must not exist.")
  private Path out = Path.of("");

  @Option(names = "--name", paramLabel = "NAME", description = "Default: the directory's name.")
  private @Nullable String name;

  @Option(
      names = "--shard-size",
      paramLabel = "BYTES",
      description = "Sign pieces of this size instead of whole files.")
  private @Nullable Long shardSize;

  @Option(names = "--ignore", paramLabel = "PATH", description = "Not to be signed, such as .git.")
  private List<String> ignore = new ArrayList<>();

  ModelSign(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    if (shardSize != null && shardSize < 1) {
      throw new Failure(Exit.USAGE, "--shard-size " + shardSize + ": it must be positive");
    }
    Json.Builder result = Json.obj();
    List<String> lines = new ArrayList<>();
    if (sealed == null) {
      signDirectory(ModelVerify.requireDirectory(directory), result, lines);
    } else {
      signSealed(sealed, result, lines);
    }
    session.print(result.build(), lines);
    return Exit.OK.status();
  }

  private void signDirectory(Path model, Json.Builder result, List<String> lines)
      throws Failure, BadInput, IOException, InterruptedException {
    if (version != null) {
      throw new Failure(Exit.USAGE, "--version goes with --sealed");
    }
    Publisher publisher = Publisher.read(key, certificate, mlDsaKey, out);
    ModelStatement statement = statement(model);
    int resources = statement.resources().size();
    result.put("model", statement.model()).put("resources", resources);
    lines.add("signed      " + resources + " resources");
    publisher.write(signer -> signer.sign(statement), result, lines);
  }

  private void signSealed(String name, Json.Builder result, List<String> lines)
      throws Failure, BadInput, IOException, InterruptedException {
    if (directory != null || shardSize != null || this.name != null || !ignore.isEmpty()) {
      throw new Failure(
          Exit.USAGE, "--sealed signs what was sealed: no DIR, --name, --shard-size or --ignore");
    }
    Publisher publisher = Publisher.read(key, certificate, mlDsaKey, out);
    SealedManifest manifest = SealedManifest.read(session.home().existing(), name, version);
    result.put("model", name).put("version", manifest.version()).put("manifest", manifest.id());
    lines.add("signed      " + manifest + ", manifest " + manifest.id());
    publisher.write(signer -> signer.sign(manifest.payload()), result, lines);
  }

  private ModelStatement statement(Path model) throws BadInput, IOException, InterruptedException {
    Set<String> ignored = ModelVerify.ignored(model, out, ignore);
    ModelTree tree = ModelTree.of(model, ignored);
    Serialization serialization =
        shardSize == null ? new Serialization.Files() : new Serialization.Shards(shardSize);
    String called = name == null ? String.valueOf(model.toRealPath().getFileName()) : name;
    Progress progress = new Progress(session);
    try {
      return tree.statement(
          called,
          serialization,
          ignored.stream().sorted().toList(),
          ModelVerify.shown(progress, tree.bytes()));
    } finally {
      progress.end();
    }
  }
}
