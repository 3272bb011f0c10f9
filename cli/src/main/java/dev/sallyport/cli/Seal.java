package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Starts the sealer, which has no network and sees the source read-only, and shows its progress.
 */
@Command(
    description = "Scans, hashes, encrypts and signs a model into the vault.",
    footer = {"", "Example: sallyport seal ./llama-7b --model llama --as sysadmin"})
final class Seal implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "PATH", description = "A model file or a directory of one.")
  private Path source = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Its name from now on.")
  private String model = "";

  @Option(names = "--version", paramLabel = "N", description = "Default: one more than the last.")
  private @Nullable Long version;

  @Option(
      names = "--segment",
      paramLabel = "SIZE",
      description = "1M (default), or 64K for models that are read in small pieces at random.")
  private String segment = "1M";

  @Option(
      names = "--afresh",
      description = "Encrypt everything, even files that the version before has unchanged.")
  private boolean afresh;

  @Option(
      names = "--allow-finding",
      paramLabel = "RULE",
      description = {
        "Seal in spite of errors of this rule, such as pickle-unknown-import; may be repeated.",
        "The log records it."
      })
  private List<String> allowed = new ArrayList<>();

  @ArgGroup(
      exclusive = false,
      heading = "An OpenSSF Model Signing signature over the same manifest, for others:%n")
  private @Nullable Oms oms;

  /** What {@code model sign} takes. */
  static final class Oms {
    @Option(
        names = "--oms-key",
        required = true,
        paramLabel = "PEM",
        description = "Private EC key: P-256, P-384 or P-521.")
    private Path key = Path.of("");

    @Option(
        names = "--oms-out",
        required = true,
        paramLabel = "FILE",
        description = "Where the signature goes; must not exist.")
    private Path out = Path.of("");

    @Option(
        names = "--oms-certificate",
        paramLabel = "PEM",
        description = "The key's certificate, then those above it.")
    private @Nullable Path certificate;

    @Option(
        names = "--oms-ml-dsa-key",
        paramLabel = "PEM",
        description = "Private ML-DSA-65 key; its bundle is FILE.ml-dsa.")
    private @Nullable Path mlDsaKey;

    private Publisher publisher() throws Failure, BadInput, IOException {
      return Publisher.read(key, certificate, mlDsaKey, out);
    }
  }

  Seal(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home().existing();
    if (!Names.isName(model)) {
      throw new Failure(Exit.USAGE, "--model \"" + model + "\": " + Names.RULE);
    }
    String bytes = segmentBytes();
    if (!Files.exists(source)) {
      throw new Failure(Exit.MISSING, "no such file or directory: " + source);
    }
    @Nullable Publisher publisher = oms == null ? null : oms.publisher();
    Path real = source.toRealPath();
    Path key = signAs.path(home).toRealPath();
    Dist dist = Dist.find();
    List<String> command = dist.command(Program.SEALER, "Main", arguments(real, key, bytes));
    try (Sandbox sandbox = Preflight.sandbox()) {
      Confined sealer =
          sandbox.start(Confinements.ofSealers(home, dist).sealer(real, key), command, Output.PIPE);
      Json.Obj sealed = SealerOutput.follow(session, sealer);
      print(home, sealed, publisher);
      return Exit.OK.status();
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private String segmentBytes() throws Failure {
    return switch (segment) {
      case "1M" -> "1048576";
      case "64K" -> "65536";
      default -> throw new Failure(Exit.USAGE, "--segment " + segment + ": 1M or 64K");
    };
  }

  private List<String> arguments(Path real, Path key, String bytes) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--home", Confinements.INSIDE.toString()));
    arguments.addAll(List.of("--source", real.toString()));
    arguments.addAll(List.of("--model", model));
    arguments.addAll(List.of("--signer", key.toString()));
    arguments.addAll(List.of("--segment", bytes, "--afresh", Boolean.toString(afresh)));
    if (!allowed.isEmpty()) {
      arguments.addAll(List.of("--allow", String.join(",", allowed)));
    }
    if (version != null) {
      arguments.addAll(List.of("--version", Long.toString(version)));
    }
    return arguments;
  }

  private void print(Home home, Json.Obj sealed, @Nullable Publisher publisher)
      throws Failure, BadInput, IOException, InterruptedException {
    Json.Builder result = Json.obj();
    sealed.members().forEach(result::put);
    List<String> lines = new ArrayList<>();
    lines.add("sealed      " + model + " version " + sealed.integer("version"));
    lines.add("manifest    " + sealed.string("manifest"));
    lines.add("size        " + Text.size(sealed.integer("bytes")));
    lines.add("scan        " + scanned(sealed.object("scan")));
    if (publisher != null) {
      publish(home, sealed.integer("version"), publisher, result, lines);
    }
    session.print(result.build(), lines);
  }

  private void publish(
      Home home, long number, Publisher publisher, Json.Builder result, List<String> lines)
      throws Failure, InterruptedException {
    try {
      SealedManifest manifest = SealedManifest.read(home, model, number);
      publisher.write(signer -> signer.sign(manifest.payload()), result, lines);
    } catch (IOException | BadInput e) {
      throw new Failure(
          Exit.IO,
          "version "
              + number
              + " is sealed, but not signed for others: "
              + e.getMessage()
              + "; try: sallyport model sign --sealed "
              + model,
          e);
    }
  }

  private static String scanned(Json.Obj scan) throws BadInput {
    List<String> allowed = scan.strings("allowed");
    return scan.integer("errors")
        + " errors, "
        + scan.integer("warnings")
        + " warnings"
        + (allowed.isEmpty() ? "" : "; allowed: " + String.join(", ", allowed));
  }
}
