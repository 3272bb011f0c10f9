package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A throw-away installation in a temporary directory, and the real command line to drive it.
 * Closing it stops every process that it started and removes the directory.
 */
final class DemoStage implements AutoCloseable {
  private static final int COMMAND_SECONDS = 60;

  private final List<String> launcher;
  private final Path home;
  private final List<Process> started = new ArrayList<>();

  /** What a command did: its exit status, its last line of JSON, its error line. */
  record Ran(int exit, String out, String err) {
    Json.Obj json() throws BadInput {
      return Json.parse(out).asObject("output");
    }

    /** The output of a command that must succeed. */
    Json.Obj ok() throws BadInput, DemoFailure {
      if (exit != 0) {
        throw new DemoFailure("exit " + exit + ": " + err.strip());
      }
      return json();
    }
  }

  /** A step that does not hold. */
  static final class DemoFailure extends Exception {
    private static final long serialVersionUID = 1L;

    DemoFailure(String message) {
      super(message);
    }
  }

  /**
   * @param launcher the command that starts this program, without arguments
   * @param tmp where the temporary directory is made; short, since socket paths are
   */
  DemoStage(List<String> launcher, Path tmp) throws IOException {
    this.launcher = List.copyOf(launcher);
    this.home =
        Files.createTempDirectory(
            tmp,
            "sallyport-demo-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The directory of everything; the installation is {@code home} below it. */
  Path directory() {
    return home;
  }

  /** Where a hostile inference server may lie. */
  Path probeDirectory() throws IOException {
    return Files.createDirectories(home.resolve("probe"));
  }

  Path installation() {
    return home.resolve("home");
  }

  /** Runs one command of the real command line to its end. */
  Ran run(String... arguments) throws IOException, InterruptedException, DemoFailure {
    Process process = start(arguments);
    process.getOutputStream().close();
    Drain err = new Drain(process.getErrorStream());
    Drain out = new Drain(process.getInputStream());
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new DemoFailure(arguments[0] + " did not end within " + COMMAND_SECONDS + " s");
    }
    return new Ran(process.exitValue(), out.text(), err.text());
  }

  /** Starts {@code up} and waits until it says that everything runs. */
  Process up() throws IOException, InterruptedException, DemoFailure {
    Process process = start("up", "--runtime-dir", probeDirectory().toString());
    Thread errors = Thread.ofVirtual().unstarted(() -> discard(process.getErrorStream()));
    errors.start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("\"ready\"")) {
        Thread.ofVirtual().start(() -> discard(process.getInputStream()));
        return process;
      }
    }
    process.waitFor();
    throw new DemoFailure("up ended with exit " + process.exitValue() + " before it was ready");
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of(arguments));
    // Everything after "--" belongs to the command that runs the model.
    int end = command.indexOf("--");
    command.addAll(
        end < 0 ? command.size() : end, List.of("--home", installation().toString(), "--json"));
    Process process = new ProcessBuilder(command).directory(home.toFile()).start();
    started.add(process);
    return process;
  }

  private static void discard(InputStream in) {
    try (in) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException closed) {
      // The process is gone; so is what it had to say.
    }
  }

  /** Collects a stream on a thread of its own, so that no pipe fills up. */
  private static final class Drain {
    private final StringBuilder text = new StringBuilder();
    private final Thread thread;

    Drain(InputStream in) {
      thread =
          Thread.ofVirtual()
              .start(() -> {
                try (in) {
                  text.append(new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8));
                  in.transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException closed) {
                  text.append("(output ended: ").append(closed.getMessage()).append(')');
                }
              });
    }

    String text() throws InterruptedException {
      thread.join();
      return text.toString();
    }
  }

  /**
   * Stops what still runs and removes the directory; says what is left, which should be nothing.
   */
  @Override
  public void close() throws IOException {
    for (Process process : started.reversed()) {
      stop(process);
    }
    deleteTree(home);
  }

  private static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(root)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
