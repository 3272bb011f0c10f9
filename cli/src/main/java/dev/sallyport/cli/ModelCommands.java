package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport model …}. */
final class ModelCommands {
  private ModelCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group =
        Group.add(
            root,
            "model",
            "Model signatures of others and for others; only --sealed needs a home.");
    Commands.leaf(group, "verify", new ModelVerify(session));
    Commands.leaf(group, "sign", new ModelSign(session));
    Commands.leaf(group, "keygen", new ModelKeygen(session));
    return Optional.of(group);
  }
}
