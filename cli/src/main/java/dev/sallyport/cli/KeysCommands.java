package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport keys …}. */
final class KeysCommands {
  private KeysCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group = Group.add(root, "keys", "The root keys under which models are sealed.");
    Commands.leaf(group, "show", new KeysShow(session));
    Commands.leaf(group, "rotate", new KeysRotate(session));
    Commands.leaf(group, "rewrap", new KeysRewrap(session));
    Commands.leaf(group, "destroy", new KeysDestroy(session));
    return Optional.of(group);
  }
}
