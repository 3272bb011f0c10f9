package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Carries out an order: starts a sealer that has no network and writes to one directory only, and
 * shows its progress.
 */
@Command(
    description = "Makes the plaintext copy that an order allows, once.",
    footer = {"", "Example: sallyport unseal run order.json --to ./copy --as sysadmin"})
final class UnsealRun implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "FILE", description = "The order, approved.")
  private Path file = Path.of("");

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "Where to: a new directory, or an empty one of mode 0700.")
  private Path to = Path.of("");

  UnsealRun(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home().existing();
    OrderFile order = OrderFile.read(file, home.readTrustRoot());
    requireReady(order);
    Path key = signAs.path(home).toRealPath();
    Dist dist = Dist.find();
    List<String> command =
        dist.command(
            Program.SEALER,
            "Unseal",
            List.of(
                "--home", Confinements.INSIDE.toString(),
                "--order", Confinements.ORDER.toString(),
                "--target", Confinements.COPY.toString(),
                "--signer", Confinements.SIGNER.toString()));
    try (Sandbox sandbox = Preflight.sandbox();
        CopyTarget target = CopyTarget.prepare(home, to, session.err())) {
      Confined sealer =
          sandbox.start(
              Confinements.ofSealers(home, dist)
                  .unsealer(file.toRealPath(), target.directory(), key),
              command,
              Output.PIPE);
      target.writtenBy(sealer);
      Json.Obj copied = SealerOutput.follow(session, sealer);
      target.keep();
      session.print(
          copied,
          List.of(
              "PLAINTEXT   of " + copied.string("model") + " version " + copied.integer("version"),
              "directory   " + target.directory(),
              "size        " + Text.size(copied.integer("bytes"))));
      return Exit.OK.status();
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Said here already: every other place says it later. */
  private static void requireReady(OrderFile order) throws Failure {
    if (order.missing().isPresent()) {
      throw new Failure(Exit.REFUSED, "the order is not complete: " + order.missing().get());
    }
    UnsealApprove.requireCurrent(order);
  }
}
