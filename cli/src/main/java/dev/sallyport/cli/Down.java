package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends the supervisor, which ends the rest. */
@Command(
    description = "Stops server, keeper and keyd, in this order.",
    footer = {"", "Example: sallyport down"})
final class Down implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for the end (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  Down(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    Home home = session.home().existing();
    Optional<ProcessHandle> supervisor = UpLock.holder(home);
    if (supervisor.isEmpty()) {
      session.print(Json.obj().put("stopped", false).build(), List.of("nothing runs"));
      return Exit.OK.status();
    }
    supervisor.get().destroy();
    try {
      supervisor.get().onExit().get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new Failure(
          Exit.INTERRUPTED,
          "process " + supervisor.get().pid() + " still runs after " + seconds + " s",
          e);
    }
    session.print(Json.obj().put("stopped", true).build(), List.of("stopped"));
    return Exit.OK.status();
  }
}
