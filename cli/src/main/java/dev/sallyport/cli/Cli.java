package dev.sallyport.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Finds the command, runs it, turns what it throws into one line and a status. */
final class Cli {
  private final Session session;

  Cli(Session session) {
    this.session = session;
  }

  /** Runs one command line; returns the exit status. */
  int run(String... args) {
    List<String> rest = new ArrayList<>(Arrays.asList(args));
    Optional<String> name = takeCommand(rest);
    if (name.isEmpty()) {
      return overview(rest);
    }
    CommandLine root = new CommandLine(session);
    Optional<CommandLine> command = Commands.add(root, session, name.get());
    if (command.isEmpty()) {
      return usage("no command \"" + name.get() + "\"; sallyport --help lists them");
    }
    rest.addFirst(name.get());
    root.setOut(new PrintWriter(session.out(), true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setPosixClusteredShortOptionsAllowed(false)
        .setParameterExceptionHandler((e, _) -> misuse(e))
        .setExecutionExceptionHandler((e, _, _) -> failed(e));
    return root.execute(rest.toArray(String[]::new));
  }

  /** Removes the first word that is no global option, nor such an option's value. */
  private static Optional<String> takeCommand(List<String> args) {
    for (int i = 0; i < args.size(); i++) {
      if (args.get(i).equals("--home")) {
        i++;
      } else if (!args.get(i).startsWith("-")) {
        return Optional.of(args.remove(i));
      }
    }
    return Optional.empty();
  }

  private int overview(List<String> options) {
    if (options.contains("-h") || options.contains("--help")) {
      session.out().print(Commands.usage());
      return Exit.OK.status();
    }
    if (!options.isEmpty()) {
      return usage("no command given; sallyport --help lists them");
    }
    session.err().print(Commands.usage());
    return Exit.USAGE.status();
  }

  private int misuse(ParameterException e) {
    // Options that were read before the mistake hold: --json gives a JSON error.
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    return usage(e.getMessage() + "; see: " + name + " --help");
  }

  private int usage(String message) {
    Failure failure = new Failure(Exit.USAGE, message);
    session.complain(failure);
    return failure.exit().status();
  }

  private int failed(Exception thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    Failure failure = Failure.of(thrown);
    session.complain(failure);
    return failure.exit().status();
  }
}
