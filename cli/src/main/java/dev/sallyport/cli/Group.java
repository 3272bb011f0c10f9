package dev.sallyport.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that only holds others. */
@Command(synopsisSubcommandLabel = "COMMAND", commandListHeading = "%nCommands:%n")
final class Group implements Callable<Integer> {
  @Spec private CommandSpec spec;

  Group() {
    // Replaced by picocli before anything is called.
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws Failure {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "\"" + spec.name() + "\" needs a command");
  }

  /** A new group below {@code root}. */
  static CommandLine add(CommandLine root, String name, String does) {
    CommandLine group = new CommandLine(new Group());
    group.getCommandSpec().usageMessage().description(does);
    root.addSubcommand(name, group);
    return group;
  }
}
