package dev.sallyport.cli;

import dev.sallyport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** One run of the command line: the options that every command has, and where output goes. */
@Command(
    name = "sallyport",
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%nParameters:%n")
final class Session {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      order = 100,
      description = "The installation (default: $SALLYPORT_HOME or ~/.local/share/sallyport).")
  private @Nullable Path home;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      order = 101,
      description = "Print one JSON object, errors too.")
  private boolean json;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      order = 102,
      description = "Show a stack trace on errors.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      order = 103,
      description = "Show this help.")
  @SuppressWarnings("UnusedVariable") // Picocli needs a field to read usageHelp from.
  private boolean help;

  private final PrintStream out;
  private final PrintStream err;
  private final InputStream in;
  private final Path defaultHome;

  Session(PrintStream out, PrintStream err, InputStream in, Path defaultHome) {
    this.out = out;
    this.err = err;
    this.in = in;
    this.defaultHome = defaultHome;
  }

  /** The installation, whether it exists or not. */
  Home home() {
    return new Home((home == null ? defaultHome : home).toAbsolutePath().normalize());
  }

  boolean json() {
    return json;
  }

  boolean debug() {
    return debug;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  /** The server of this installation. */
  Control control() throws Failure {
    return Control.of(home().existing());
  }

  /** Prints the result: the object with {@code --json}, the lines otherwise. */
  void print(Json.Obj result, List<String> lines) {
    if (json) {
      out.println(Json.toString(result));
    } else {
      lines.forEach(out::println);
    }
  }

  /** A line for people while work goes on; nothing with {@code --json}. */
  void say(String line) {
    if (!json) {
      out.println(line);
    }
  }

  /** Prints a failure in one line. */
  void complain(Failure failure) {
    if (json) {
      Json.Obj error =
          Json.obj().put("code", failure.code()).put("message", failure.line()).build();
      err.println(Json.toString(Json.obj().put("error", error).build()));
    } else {
      err.println("sallyport: " + failure.line());
    }
    if (debug) {
      failure.printStackTrace(err);
    }
  }

  /** Asks a person; only {@code yes} is yes. */
  void confirm(String question) throws Failure, IOException {
    err.print(question + " Type yes to go on: ");
    err.flush();
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    String answer = lines.readLine();
    if (answer == null || !answer.strip().equals("yes")) {
      throw new Failure(
          Exit.REFUSED, "not confirmed; nothing was signed (--yes skips the question)");
    }
  }
}
