package dev.sallyport.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/**
 * All commands. Only the one asked for is loaded: a command line that shows its help should not
 * have to know how to seal a model.
 */
final class Commands {
  /** A command and what it does, for the overview. */
  private record Entry(String name, String does) {}

  private static final List<Entry> ALL =
      List.of(
          new Entry("init", "key ceremony: make an installation"),
          new Entry("up", "start keyd, server and keeper and keep them running"),
          new Entry("down", "stop them"),
          new Entry("status", "what runs, what is released, until when"),
          new Entry("scan", "look for what does not belong into a model"),
          new Entry("seal", "scan, encrypt and sign a model into the vault"),
          new Entry("unseal", "make a plaintext copy, by order of three people"),
          new Entry("evidence", "add, import, list, withdraw signed evidence"),
          new Entry("release", "request, approve, show, list, plan, replay, stop, resume releases"),
          new Entry("waiver", "let a model be released without a control, for a time"),
          new Entry("run", "start a released model in its sandbox"),
          new Entry("stop", "stop a model"),
          new Entry("revoke", "stop a release now, even with the server dead"),
          new Entry("policy", "show or set what releases must fulfil"),
          new Entry("checks", "what the installation looks at by itself"),
          new Entry("controls", "list controls, what shows them, assess Level 3"),
          new Entry("risk", "report the risks of a model, check their documents"),
          new Entry("thresholds", "show or set the lines of the risk areas"),
          new Entry("commands", "allow another inference server"),
          new Entry("keys", "show, rotate, destroy root keys"),
          new Entry("principals", "add, list, remove the users of the API"),
          new Entry("log", "verify or show the audit log"),
          new Entry("model", "verify or sign a model directory (OpenSSF Model Signing)"),
          new Entry("demo", "play the main job in a throw-away installation"));

  private static final String HEAD =
      """
      usage: sallyport COMMAND [--home DIR] [--json] [--debug] …

      Guards AI models: weights stay sealed, releases take evidence and people.

      Commands:
      """;

  private static final String FOOT =
      """

      First:  sallyport init && sallyport up
      More:   sallyport COMMAND --help
      """;

  private Commands() {}

  /** The named command below {@code root}, with everything below it; empty if there is none. */
  static Optional<CommandLine> add(CommandLine root, Session session, String name) {
    return switch (name) {
      case "init" -> leaf(root, name, new Init(session));
      case "up" -> leaf(root, name, new Up(session));
      case "down" -> leaf(root, name, new Down(session));
      case "status" -> leaf(root, name, new Status(session));
      case "scan" -> leaf(root, name, new Scan(session));
      case "seal" -> leaf(root, name, new Seal(session));
      case "unseal" -> UnsealCommands.add(root, session);
      case "evidence" -> EvidenceCommands.add(root, session);
      case "release" -> ReleaseCommands.add(root, session);
      case "waiver" -> WaiverCommands.add(root, session);
      case "run" -> leaf(root, name, new Run(session));
      case "stop" -> leaf(root, name, new Stop(session));
      case "revoke" -> leaf(root, name, new Revoke(session));
      case "policy" -> GoverningDocument.POLICY.add(root, session);
      case "thresholds" -> GoverningDocument.THRESHOLDS.add(root, session);
      case "checks" -> ChecksCommands.add(root, session);
      case "controls" -> ControlsCommands.add(root, session);
      case "risk" -> RiskCommands.add(root, session);
      case "commands" -> CommandsCommands.add(root, session);
      case "keys" -> KeysCommands.add(root, session);
      case "principals" -> PrincipalCommands.add(root, session);
      case "log" -> LogCommands.add(root, session);
      case "model" -> ModelCommands.add(root, session);
      case "demo" -> leaf(root, name, new Demo(session));
      default -> Optional.empty();
    };
  }

  /** Adds a command and returns it. */
  static Optional<CommandLine> leaf(CommandLine parent, String name, Object command) {
    CommandLine line = new CommandLine(command);
    parent.addSubcommand(name, line);
    return Optional.of(line);
  }

  /** The overview. */
  static String usage() {
    StringBuilder out = new StringBuilder(HEAD);
    for (Entry entry : ALL) {
      out.append("  ")
          .append(entry.name())
          .append(" ".repeat(12 - entry.name().length()))
          .append(entry.does())
          .append('\n');
    }
    return out.append(FOOT).toString();
  }
}
