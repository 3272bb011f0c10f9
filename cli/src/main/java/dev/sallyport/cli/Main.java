package dev.sallyport.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Composition root of the command line: the only place that reads the environment. */
public final class Main {
  private Main() {}

  /** Entry point; the exit statuses are those of {@link Exit}. */
  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    int status = new Cli(new Session(out, err, System.in, defaultHome())).run(args);
    out.flush();
    err.flush();
    System.exit(status);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private static Path defaultHome() {
    return Optional.ofNullable(System.getenv("SALLYPORT_HOME"))
        .filter(text -> !text.isEmpty())
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local/share/sallyport"));
  }
}
