package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport commands …}. */
final class CommandsCommands {
  private CommandsCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group = Group.add(root, "commands", "What may hold plaintext weights.");
    Commands.leaf(group, "allow", new CommandsAllow(session));
    Commands.leaf(group, "profile", new CommandsProfile(session));
    return Optional.of(group);
  }
}
