package dev.sallyport.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Checks the log from its files and the trust root alone (spec/audit-log.md §5). */
@Command(
    description = "Verifies the whole audit log from its files and the trust root, nothing else.",
    footer = {"", "Example: sallyport log verify"})
final class LogVerify implements Callable<Integer> {
  private final Session session;

  LogVerify(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure {
    session.home().existing();
    throw new Failure(Exit.INTERNAL, "not built yet");
  }
}
