package dev.sallyport.training;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** Trains the test model: {@code Main OUT.gguf [STEPS]}. See testdata/models/README.md. */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws IOException {
    if (args.length < 1 || args.length > 2) {
      System.err.println("usage: OUT.gguf [STEPS]");
      System.exit(2);
    }
    // The engine must come from the class path: no download, no usage report.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Settings full = Settings.tinyStories();
    Settings settings = args.length == 2 ? full.withSteps(Integer.parseInt(args[1])) : full;
    run(Path.of(args[0]), settings, System.out);
  }

  private static void run(Path file, Settings settings, PrintStream out) throws IOException {
    long start = System.nanoTime();
    try (Trainer trainer = new Trainer(settings)) {
      trainer.train(step -> {
        if (step % 50 == 0) {
          out.printf("step %d held-out loss %.4f%n", step, trainer.heldOutLoss());
        }
      });
      ModelFile.write(file, settings, trainer.tokenizer(), trainer.network());
      out.printf(
          "%d steps in %d s, held-out loss %.4f%n",
          settings.steps(), (System.nanoTime() - start) / 1_000_000_000L, trainer.heldOutLoss());
    }
  }
}
