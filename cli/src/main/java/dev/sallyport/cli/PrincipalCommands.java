package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport principals …}. */
final class PrincipalCommands {
  private PrincipalCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group = Group.add(root, "principals", "Who holds a key of the serving API.");
    Commands.leaf(group, "add", new PrincipalAdd(session));
    Commands.leaf(group, "list", new PrincipalList(session));
    Commands.leaf(group, "remove", new PrincipalRemove(session));
    return Optional.of(group);
  }
}
