package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport evidence …}. */
final class EvidenceCommands {
  private EvidenceCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group = Group.add(root, "evidence", "What assessors vouch for.");
    Commands.leaf(group, "add", new EvidenceAdd(session));
    Commands.leaf(group, "import", new EvidenceImport(session));
    Commands.leaf(group, "list", new EvidenceList(session));
    Commands.leaf(group, "withdraw", new EvidenceWithdraw(session));
    return Optional.of(group);
  }
}
