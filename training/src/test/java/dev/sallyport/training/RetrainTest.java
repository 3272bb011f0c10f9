package dev.sallyport.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.engine.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains the committed model anew: some minutes, and 115 MB of PyTorch (profile full). */
@Tag("full")
class RetrainTest {
  /** What testdata/models/README.md states, in nats per token. */
  private static final double STATED_LOSS = 0.707;

  private static final double TOLERANCE = 0.03;

  @TempDir Path directory;

  @Test
  void givesAModelOfTheStatedQuality() throws Exception {
    System.setProperty("ai.djl.offline", "true");
    assumeTrue(
        Engine.hasEngine("PyTorch"), "skipped: no PyTorch engine here; run Maven with -Pfull");
    Settings settings = Settings.tinyStories();
    try (Trainer trainer = new Trainer(settings)) {
      trainer.train(step -> {});
      assertEquals(STATED_LOSS, trainer.heldOutLoss(), TOLERANCE);
      Path file = directory.resolve("again.gguf");
      ModelFile.write(file, settings, trainer.tokenizer(), trainer.network());
      Path committed = Path.of("../testdata/models/tiny-stories.gguf");
      assertEquals(Files.size(committed), Files.size(file));
    }
  }
}
