package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.supplychain.BundleSigner;
import dev.sallyport.supplychain.EcSigningKey;
import dev.sallyport.supplychain.MlDsaSigningKey;
import dev.sallyport.supplychain.ModelStatement;
import dev.sallyport.supplychain.ModelTree;
import dev.sallyport.supplychain.Serialization;
import dev.sallyport.supplychain.UnverifiedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Signs a directory so that other implementations of OpenSSF Model Signing can verify it. */
@Command(
    description = "Signs a model directory by OpenSSF Model Signing, for verifiers elsewhere.",
    footer = {
      "",
      "Models of this installation are signed when they are sealed; this is for others.",
      "Example: sallyport model sign ./llama --key publisher.pem --out llama.sig"
    })
final class ModelSign implements Callable<Integer> {
  private static final int MAX_KEY = 64 << 10;

  private final Session session;

  @Parameters(paramLabel = "DIR", description = "The model.")
  private Path directory = Path.of("");

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
    ModelVerify.requireDirectory(directory);
    if (shardSize != null && shardSize < 1) {
      throw new Failure(Exit.USAGE, "--shard-size " + shardSize + ": it must be positive");
    }
    BundleSigner signer = signer();
    @Nullable BundleSigner beside = mlDsaKey == null ? null : postQuantum(mlDsaKey);
    Path second = ModelVerify.beside(out);
    ModelStatement statement = statement();
    write(out, signer.sign(statement));
    Json.Builder result =
        Json.obj()
            .put("signature", out.toString())
            .put("model", statement.model())
            .put("resources", statement.resources().size());
    List<String> lines = new ArrayList<>();
    lines.add("signed      " + statement.resources().size() + " resources");
    lines.add("signature   " + out);
    if (beside != null) {
      write(second, beside.sign(statement));
      result.put("mlDsa", second.toString());
      lines.add("ML-DSA-65   " + second);
    }
    session.print(result.build(), lines);
    return Exit.OK.status();
  }

  private ModelStatement statement() throws BadInput, IOException, InterruptedException {
    Set<String> ignored = ModelVerify.ignored(directory, out, ignore);
    ModelTree tree = ModelTree.of(directory, ignored);
    Serialization serialization =
        shardSize == null ? new Serialization.Files() : new Serialization.Shards(shardSize);
    String model = name == null ? String.valueOf(directory.toRealPath().getFileName()) : name;
    Progress progress = new Progress(session);
    try {
      return tree.statement(
          model,
          serialization,
          ignored.stream().sorted().toList(),
          ModelVerify.shown(progress, tree.bytes()));
    } finally {
      progress.end();
    }
  }

  private BundleSigner signer() throws BadInput, IOException {
    byte[] pem = Bounded.read(key, MAX_KEY);
    try {
      EcSigningKey read = EcSigningKey.read(pem);
      return certificate == null
          ? BundleSigner.of(read)
          : BundleSigner.of(read, CertificateChain.parsePem(Bounded.read(certificate, MAX_KEY)));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  private static BundleSigner postQuantum(Path file) throws BadInput, IOException {
    byte[] pem = Bounded.read(file, MAX_KEY);
    try {
      return BundleSigner.of(MlDsaSigningKey.read(pem));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  private static void write(Path file, Json.Obj bundle) throws Failure, IOException {
    byte[] bytes = bundle.canonical();
    if (bytes.length > UnverifiedBundle.MAX_BYTES) {
      throw new Failure(Exit.DATA, "signature of " + bytes.length + " bytes; use fewer shards");
    }
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
