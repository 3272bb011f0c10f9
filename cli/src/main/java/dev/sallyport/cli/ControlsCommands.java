package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport controls …}. */
final class ControlsCommands {
  private ControlsCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group =
        Group.add(
            root, "controls", "Controls: what is demanded, what shows it, who may attest it.");
    Commands.leaf(group, "list", new ControlsList(session));
    Commands.leaf(group, "show", new ControlsShow(session));
    Commands.leaf(group, "template", new ControlsTemplate(session));
    Commands.leaf(group, "assess", new ControlsAssess(session));
    Commands.leaf(group, "lint", new ControlsLint(session));
    Commands.leaf(group, "schema", new ControlsSchema(session));
    return Optional.of(group);
  }
}
