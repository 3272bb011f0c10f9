package dev.sallyport.cli;

import java.util.Optional;
import picocli.CommandLine;

/** {@code sallyport release …}. */
final class ReleaseCommands {
  private ReleaseCommands() {}

  static Optional<CommandLine> add(CommandLine root, Session session) {
    CommandLine group =
        Group.add(root, "release", "Who may use which model: asked for, approved, ended.");
    Commands.leaf(group, "request", new ReleaseRequestCommand(session));
    Commands.leaf(group, "approve", new ReleaseApprove(session));
    Commands.leaf(group, "show", new ReleaseShow(session));
    Commands.leaf(group, "list", new ReleaseList(session));
    Commands.leaf(group, "plan", new ReleasePlan(session));
    Commands.leaf(group, "replay", new ReleaseReplay(session));
    Commands.leaf(group, "resume", new ReleaseResume(session));
    Commands.leaf(group, "stop", new ReleaseStop(session));
    Commands.leaf(group, "withdraw", new ReleaseWithdraw(session));
    return Optional.of(group);
  }
}
