package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Withdrawal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Ends a release by every way there is: the server logs it and cuts its users off, keyd refuses it
 * for ever and has its runtime killed. keyd is asked even if the server is dead or refuses.
 */
@Command(
    description = "Revokes a release now, through the server and directly at keyd.",
    footer = {"", "Example: sallyport revoke sha256:… --as sec1 --reason 'weights at risk'"})
final class Revoke implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "RELEASE", description = "The id of the request.")
  private String release = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Goes into the log.")
  private String reason = "";

  Revoke(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Home home = session.home().existing();
    Envelope withdrawal =
        signAs.sign(
            home,
            Withdrawal.statement(
                Withdrawal.Kind.RELEASE,
                Ids.parse(release),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                reason));
    Told told = everywhere(home, withdrawal);
    session.print(
        told.with(Json.obj().put("release", Ids.parse(release)).put("withdrawal", withdrawal.id())),
        told.lines());
    return Exit.OK.status();
  }

  /** Who could not be told of a withdrawal, and why. */
  record Told(Optional<Failure> server, Optional<Failure> keyd) {
    Json.Obj with(Json.Builder json) {
      return json.put("server", server.isEmpty()).put("keyd", keyd.isEmpty()).build();
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "keyd        " + keyd.map(f -> "not reached: " + f.line()).orElse("refuses it for ever"));
      lines.add("server      " + server.map(f -> "not reached: " + f.line()).orElse("logged it"));
      return lines;
    }
  }

  /** Tells server and keyd; fails if neither could be told. */
  static Told everywhere(Home home, Envelope withdrawal) throws Failure {
    Optional<Failure> server = tried(() -> Control.of(home).submit(withdrawal));
    Optional<Failure> keyd =
        tried(() ->
            Control.witness(home).ask("revoke", Json.obj().put("withdrawal", withdrawal.toJson())));
    if (server.isPresent() && keyd.isPresent()) {
      throw new Failure(
          keyd.get().exit(), server.get().line() + "; " + keyd.get().line(), keyd.get());
    }
    return new Told(server, keyd);
  }

  /** A way to revoke. */
  private interface Way {
    Json.Obj go() throws Failure;
  }

  private static Optional<Failure> tried(Way way) {
    try {
      way.go();
      return Optional.empty();
    } catch (Failure e) {
      return Optional.of(e);
    }
  }
}
