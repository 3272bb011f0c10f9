package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport log …}. */
final class LogCommands {
  private LogCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group = Group.add(root, "log", "The audit log.");
    Commands.leaf(group, "verify", new LogVerify(session));
    Commands.leaf(group, "show", new LogShow(session));
    return Optional.of(group);
  }
}
