package dev.sallyport.cli;

import dev.sallyport.cli.DemoScript.Step;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Plays the main job in a throw-away installation and checks every step of it. */
@Command(
    name = "demo",
    description = {
      "Plays the main job with real processes in a throw-away installation:",
      "init, seal, evidence, approvals, lease, answer, refusals, theft attempts, revocation, log.",
      "Exits with 1 if any step does not hold. Example: sallyport demo"
    })
final class Demo implements Callable<Integer> {
  private @Spec @Nullable CommandSpec spec;

  @Option(names = "--json", description = "one JSON object a step")
  private boolean json;

  @Option(names = "--model", paramLabel = "FILE", description = "another GGUF model to play with")
  private @Nullable Path model;

  @Option(names = "--help", usageHelp = true, description = "show this")
  private boolean help;

  @Override
  public Integer call() throws IOException, BadInput, InterruptedException {
    CommandLine commandLine = java.util.Objects.requireNonNull(spec).commandLine();
    PrintWriter out = commandLine.getOut();
    Path source = Optional.ofNullable(model).orElseGet(Demo::shippedModel);
    long start = System.nanoTime();
    int failed;
    try (DemoStage stage = new DemoStage(launcher(), Path.of("/tmp"))) {
      // Ctrl-C has to leave nothing behind either.
      Thread stopper = new Thread(() -> closeQuietly(stage));
      Runtime.getRuntime().addShutdownHook(stopper);
      failed = play(new DemoScript(stage, source).steps(), out);
      Runtime.getRuntime().removeShutdownHook(stopper);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!json) {
      out.printf(
          failed == 0 ? "All steps hold. %.0f s.%n" : "A step does NOT hold. %.0f s.%n", seconds);
    }
    out.flush();
    return failed;
  }

  private int play(List<Step> steps, PrintWriter out) throws InterruptedException {
    int number = 0;
    for (Step step : steps) {
      number++;
      long start = System.nanoTime();
      try {
        String seen = step.action().run();
        report(out, number, step, true, seen, start);
      } catch (DemoStage.DemoFailure | BadInput | IOException e) {
        report(out, number, step, false, String.valueOf(e.getMessage()), start);
        return 1;
      }
    }
    return 0;
  }

  private void report(
      PrintWriter out, int number, Step step, boolean holds, String seen, long start) {
    long millis = (System.nanoTime() - start) / 1_000_000;
    if (json) {
      out.println(
          Json.toString(
              Json.obj()
                  .put("step", step.name())
                  .put("holds", holds)
                  .put("proves", step.proves())
                  .put("seen", seen)
                  .put("millis", millis)
                  .build()));
    } else {
      out.printf("%2d %-9s %s%n", number, holds ? step.name() : "FAILED " + step.name(), step.proves());
      out.printf("             %s (%.1f s)%n", seen, millis / 1000.0);
    }
    out.flush();
  }

  /** This very program: the same java, the same dist. */
  private static List<String> launcher() {
    String dist = System.getProperty("sallyport.dist", "");
    String app = System.getProperty("jdk.module.path", "");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:AOTCache=" + dist + "/cli.aot", "-Xlog:aot=off", "-Xlog:cds=off"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(List.of("-Dsallyport.dist=" + dist, "-p", app));
    command.addAll(List.of("-m", "dev.sallyport.cli/dev.sallyport.cli.Main"));
    return command;
  }

  private static Path shippedModel() {
    Path shipped = Path.of(System.getProperty("sallyport.dist", ""), "models", "tiny-stories.gguf");
    return Files.exists(shipped) ? shipped : Path.of("testdata/models/tiny-stories.gguf");
  }

  private static void closeQuietly(DemoStage stage) {
    try {
      stage.close();
    } catch (IOException e) {
      System.err.println("sallyport: demo: left behind: " + stage.directory());
    }
  }
}
