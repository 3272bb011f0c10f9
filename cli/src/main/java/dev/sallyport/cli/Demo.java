package dev.sallyport.cli;

import dev.sallyport.cli.DemoScript.Step;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays the main job in a throw-away installation and checks every step of it. */
@Command(
    description = {
      "Plays the main job with real processes in a throw-away installation:",
      "init, seal, evidence, approvals, lease, answer, refusals, theft, revocation, log.",
      "Exits with 1 if any step does not hold."
    },
    footer = {"", "Example: sallyport demo"})
final class Demo implements Callable<Integer> {
  private final Session session;

  @Option(names = "--model", paramLabel = "FILE", description = "Another GGUF model to play with.")
  private @Nullable Path model;

  Demo(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, BadInput, InterruptedException {
    Path source = Optional.ofNullable(model).orElseGet(Demo::shippedModel);
    long start = System.nanoTime();
    int failed;
    try (DemoStage stage = new DemoStage(launcher(), Path.of("/tmp"))) {
      // Ctrl-C has to leave nothing behind either.
      Thread stopper = new Thread(() -> closeQuietly(stage));
      Runtime.getRuntime().addShutdownHook(stopper);
      failed = play(new DemoScript(stage, source).steps());
      Runtime.getRuntime().removeShutdownHook(stopper);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    session.say(
        String.format(
            Locale.ROOT,
            failed == 0 ? "All steps hold. %.0f s" : "A step does NOT hold. %.0f s",
            seconds));
    return failed;
  }

  private int play(List<Step> steps) throws InterruptedException {
    int number = 0;
    for (Step step : steps) {
      number++;
      long start = System.nanoTime();
      try {
        String seen = step.action().run();
        report(number, step, true, seen, start);
      } catch (DemoStage.DemoFailure | BadInput | IOException e) {
        report(number, step, false, String.valueOf(e.getMessage()), start);
        return 1;
      }
    }
    return 0;
  }

  private void report(int number, Step step, boolean holds, String seen, long start) {
    long millis = (System.nanoTime() - start) / 1_000_000;
    Json.Obj result =
        Json.obj()
            .put("step", step.name())
            .put("holds", holds)
            .put("proves", step.proves())
            .put("seen", seen)
            .put("millis", millis)
            .build();
    String name = holds ? step.name() : "FAILED " + step.name();
    session.print(
        result,
        List.of(
            String.format(Locale.ROOT, "%2d %-9s %s", number, name, step.proves()),
            String.format(Locale.ROOT, "             %s (%.1f s)", seen, millis / 1000.0)));
    session.out().flush();
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
