package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Starts {@code up} as a process of its own session and waits until everything answers. */
record Detached(Session session, Home home, Duration limit) {
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final int MAX_OUTPUT = 1 << 20;

  int start() throws Failure, BadInput, IOException, InterruptedException {
    if (UpLock.holder(home).isPresent()) {
      throw new Failure(Exit.EXISTS, home.path() + " is already up; stop it with: sallyport down");
    }
    Path output = home.run().resolve("up.log");
    Process process =
        new ProcessBuilder(command())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile())
            .redirectErrorStream(true)
            .start();
    long end = System.nanoTime() + limit.toNanos();
    while (!ready(output)) {
      if (!process.isAlive()) {
        throw new Failure(Exit.UNAVAILABLE, lastLine(output));
      }
      if (System.nanoTime() > end) {
        process.destroy();
        throw new Failure(Exit.INTERRUPTED, "not up in time; see " + output);
      }
      Thread.sleep(Duration.ofMillis(20));
    }
    return announce(process);
  }

  private int announce(Process process) throws Failure {
    String url = Up.urlOf(Control.of(home).ask("status"));
    Json.Obj ready =
        Json.obj().put("ready", true).put("url", url).put("pid", process.pid()).build();
    session.print(ready, List.of("ready       " + url, "stop with   sallyport down"));
    return Exit.OK.status();
  }

  /**
   * The same Java, the same options, without {@code --detach}; own session, so no Ctrl-C of ours.
   */
  private List<String> command() throws Failure {
    ProcessHandle.Info self = ProcessHandle.current().info();
    Optional<String[]> arguments = self.arguments();
    if (self.command().isEmpty() || arguments.isEmpty()) {
      throw new Failure(Exit.UNAVAILABLE, "/proc does not show our own command line");
    }
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      line.add(SETSID.toString());
    }
    line.add(self.command().get());
    Arrays.stream(arguments.get())
        .filter(a -> !a.equals("--detach") && !a.equals("--json"))
        .forEach(line::add);
    line.add("--json");
    return line;
  }

  private static boolean ready(Path output) throws IOException, BadInput {
    return text(output).contains("\"ready\":true");
  }

  private static String lastLine(Path output) throws IOException, BadInput {
    String[] lines = text(output).strip().split("\n", -1);
    String last = lines[lines.length - 1];
    return Text.error(last).orElse("up ended: " + last);
  }

  private static String text(Path output) throws IOException, BadInput {
    return new String(Bounded.read(output, MAX_OUTPUT), StandardCharsets.UTF_8);
  }
}
