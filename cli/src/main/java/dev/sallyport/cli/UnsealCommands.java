package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport unseal …}. */
final class UnsealCommands {
  private UnsealCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group =
        Group.add(root, "unseal", "A plaintext copy: one asks, two approve, within a day, logged.");
    Commands.leaf(group, "request", new UnsealRequestCommand(session));
    Commands.leaf(group, "show", new UnsealShow(session));
    Commands.leaf(group, "approve", new UnsealApprove(session));
    Commands.leaf(group, "run", new UnsealRun(session));
    Commands.leaf(group, "withdraw", new UnsealWithdraw(session));
    return Optional.of(group);
  }
}
