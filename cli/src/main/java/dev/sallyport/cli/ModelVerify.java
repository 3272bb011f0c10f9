package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import dev.sallyport.supplychain.MlDsaKey;
import dev.sallyport.supplychain.ModelSignature;
import dev.sallyport.supplychain.ModelTree;
import dev.sallyport.supplychain.SigstoreTrust;
import dev.sallyport.supplychain.Trust;
import dev.sallyport.supplychain.TrustedRoot;
import dev.sallyport.supplychain.UnverifiedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a directory against an OpenSSF Model Signing bundle, offline. */
@Command(
    description = "Verifies a model against its OpenSSF Model Signing signature.",
    footer = {
      "",
      "Every file must be as signed: one more, one less, a link or another name fails.",
      "With --sealed the signature must be over the very manifest that was sealed: no plaintext.",
      "Example: sallyport model verify ./llama --signature llama.sig --key publisher.pub"
    })
final class ModelVerify implements Callable<Integer> {
  private static final int MAX_KEY = 64 << 10;
  private static final int MAX_ROOT = 4 << 20;
  private static final int SHOWN = 20;

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
      names = "--signature",
      required = true,
      paramLabel = "FILE",
      description = "The Sigstore bundle.")
  private Path signature = Path.of("");

  @Option(
      names = "--ignore",
      paramLabel = "PATH",
      description = "A file or directory of the model that is passed over, such as .git.")
  private List<String> ignore = new ArrayList<>();

  @ArgGroup(multiplicity = "1")
  private By by = new By();

  @Option(
      names = "--identity",
      paramLabel = "NAME",
      description = "With --trusted-root: e-mail address or URI of the signer, exactly.")
  private @Nullable String identity;

  @Option(
      names = "--issuer",
      paramLabel = "URL",
      description = "With --trusted-root: who vouched for the identity, exactly.")
  private @Nullable String issuer;

  @Option(
      names = "--ml-dsa-key",
      paramLabel = "PUB",
      description = "PEM of an ML-DSA-65 key; demands FILE.ml-dsa over the same payload too.")
  private @Nullable Path mlDsaKey;

  /** Whom to believe; exactly one. */
  static final class By {
    @Option(names = "--key", paramLabel = "PUB", description = "PEM of an EC public key.")
    private @Nullable Path key;

    @Option(
        names = "--certificate-chain",
        paramLabel = "PEM",
        description = "Certificates that are trusted to vouch for the signer's.")
    private @Nullable Path certificateChain;

    @Option(
        names = "--trusted-root",
        paramLabel = "FILE",
        description = "trusted_root.json of a Sigstore instance.")
    private @Nullable Path trustedRoot;
  }

  ModelVerify(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Trust trust = trust();
    if (sealed != null) {
      return verifySealed(sealed, trust);
    }
    if (version != null) {
      throw new Failure(Exit.USAGE, "--version goes with --sealed");
    }
    Path model = requireDirectory(directory);
    ModelSignature signed = verified(signature, trust);
    Set<String> ignored = new HashSet<>(ignored(model, signature, ignore));
    if (requirePostQuantum(signed)) {
      ignored.addAll(ignored(model, beside(signature), List.of()));
    }
    ModelTree tree = ModelTree.of(model, ignored);
    Progress progress = new Progress(session);
    List<String> differences;
    try {
      differences = tree.differences(signed, shown(progress, tree.bytes()));
    } finally {
      progress.end();
    }
    boolean holds = differences.isEmpty();
    session.print(json(signed, tree, differences), lines(signed, tree, differences));
    return (holds ? Exit.OK : Exit.REFUSED).status();
  }

  /** Demands the second signature if its key was given. */
  private boolean requirePostQuantum(ModelSignature signed) throws Failure, BadInput, IOException {
    if (mlDsaKey == null) {
      return false;
    }
    requireSame(signed, verified(beside(signature), postQuantum(mlDsaKey)));
    return true;
  }

  private int verifySealed(String name, Trust trust)
      throws Failure, BadInput, IOException, InterruptedException {
    if (directory != null || !ignore.isEmpty()) {
      throw new Failure(Exit.USAGE, "--sealed goes with neither DIR nor --ignore");
    }
    ModelSignature signed = verified(signature, trust);
    requirePostQuantum(signed);
    SealedManifest manifest = SealedManifest.read(session.home().existing(), name, version);
    if (!manifest.id().equals(signed.payload())) {
      throw new Failure(
          Exit.REFUSED,
          "the signature is over "
              + signed.payload().brief()
              + "; "
              + manifest
              + " has the manifest "
              + manifest.id().brief());
    }
    session.print(
        Json.obj()
            .put("holds", true)
            .put("model", name)
            .put("version", manifest.version())
            .put("signer", signed.signer().name())
            .put("kind", signed.signer().kind())
            .put("notes", Json.strings(signed.signer().notes()))
            .put("payload", signed.payload())
            .build(),
        sealedLines(signed, manifest));
    return Exit.OK.status();
  }

  private static List<String> sealedLines(ModelSignature signed, SealedManifest manifest) {
    List<String> lines = new ArrayList<>();
    lines.add("holds       " + manifest + ", manifest " + manifest.id());
    lines.add("signed by   " + signed.signer().kind() + " " + signed.signer().name());
    signed.signer().notes().forEach(note -> lines.add("note        " + note));
    return lines;
  }

  /** A signature that does not verify is a refusal; one that cannot be read is bad data. */
  private static ModelSignature verified(Path file, Trust trust)
      throws Failure, BadInput, IOException {
    UnverifiedBundle bundle =
        UnverifiedBundle.parse(Bounded.read(file, UnverifiedBundle.MAX_BYTES));
    try {
      return bundle.verify(trust);
    } catch (BadInput e) {
      throw new Failure(Exit.REFUSED, "signature is refused: " + e.getMessage(), e);
    }
  }

  /** Where the ML-DSA-65 bundle lies. */
  static Path beside(Path signature) {
    return signature.resolveSibling(signature.getFileName() + ".ml-dsa");
  }

  private static Trust postQuantum(Path file) throws BadInput, IOException {
    return new Trust.PostQuantum(MlDsaKey.fromPem(Bounded.read(file, MAX_KEY)));
  }

  private static void requireSame(ModelSignature one, ModelSignature two) throws Failure {
    if (!one.payload().equals(two.payload())) {
      throw new Failure(
          Exit.REFUSED, "signature is refused: the ML-DSA-65 bundle is over another payload");
    }
  }

  private Trust trust() throws Failure, BadInput, IOException {
    if (by.trustedRoot == null && (identity != null || issuer != null)) {
      throw new Failure(Exit.USAGE, "--identity and --issuer go with --trusted-root");
    }
    if (by.key != null) {
      return new Trust.Key(EcKey.fromPem(Bounded.read(by.key, MAX_KEY)));
    }
    if (by.certificateChain != null) {
      return new Trust.Anchors(
          CertificateChain.parsePem(Bounded.read(by.certificateChain, MAX_KEY)));
    }
    if (by.trustedRoot == null || identity == null || issuer == null) {
      throw new Failure(Exit.USAGE, "--trusted-root needs --identity and --issuer");
    }
    TrustedRoot root = TrustedRoot.parse(Bounded.read(by.trustedRoot, MAX_ROOT));
    return new SigstoreTrust(root, identity, issuer);
  }

  static Path requireDirectory(@Nullable Path directory) throws Failure {
    if (directory == null) {
      throw new Failure(Exit.USAGE, "DIR or --sealed NAME is needed");
    }
    if (!Files.isDirectory(directory)) {
      throw new Failure(Exit.MISSING, "no such directory: " + directory);
    }
    return directory;
  }

  /** What the user says, and the signature file itself if it lies inside. */
  static Set<String> ignored(Path directory, Path signature, List<String> said) throws IOException {
    Set<String> names = new HashSet<>();
    said.forEach(path -> names.add(Path.of(path).normalize().toString()));
    Path top = directory.toRealPath();
    Path file = signature.toAbsolutePath().normalize();
    Path real = Files.exists(file) ? file.toRealPath() : file;
    if (real.startsWith(top)) {
      names.add(top.relativize(real).toString());
    }
    return names;
  }

  static LongConsumer shown(Progress progress, long total) {
    long step = Math.max(1, total / 200);
    return new LongConsumer() {
      private long next = step;

      @Override
      public synchronized void accept(long done) {
        if (done >= next) {
          next = done + step;
          progress.draw(done, Math.max(1, total));
        }
      }
    };
  }

  private static Json.Obj json(ModelSignature signed, ModelTree tree, List<String> differences) {
    return Json.obj()
        .put("holds", differences.isEmpty())
        .put("model", signed.statement().model())
        .put("signer", signed.signer().name())
        .put("kind", signed.signer().kind())
        .put("notes", Json.strings(signed.signer().notes()))
        .put("payload", signed.payload())
        .put("files", tree.count())
        .put("bytes", tree.bytes())
        .put("differences", Json.strings(differences))
        .build();
  }

  private static List<String> lines(
      ModelSignature signed, ModelTree tree, List<String> differences) {
    List<String> lines = new ArrayList<>();
    lines.add(
        (differences.isEmpty() ? "holds       " : "DOES NOT HOLD ")
            + tree.count()
            + " files, "
            + Text.size(tree.bytes()));
    lines.add("signed by   " + signed.signer().kind() + " " + signed.signer().name());
    signed.signer().notes().forEach(note -> lines.add("note        " + note));
    differences.stream().limit(SHOWN).forEach(d -> lines.add("difference  " + d));
    if (differences.size() > SHOWN) {
      lines.add("            and " + (differences.size() - SHOWN) + " more; --json lists them");
    }
    return lines;
  }
}
