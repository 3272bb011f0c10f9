package dev.sallyport.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;

/**
 * Trains one network on the corpus of its seed. Owned by one thread; closing it frees the native
 * memory.
 */
final class Trainer implements AutoCloseable {
  private static final int DOCUMENTS = 20_000;
  private static final int HELD_OUT_WINDOWS = 32;

  /** The held-out text comes from another seed, so no sentence sequence of it was trained on. */
  private static final long HELD_OUT_SEED_OFFSET = 1;

  private final Settings settings;
  private final Engine engine;
  private final NDManager manager;
  private final Tokenizer tokenizer;
  private final Batches training;
  private final Batches heldOut;
  private final Network network;

  /** Needs the PyTorch engine on the class path. */
  Trainer(Settings settings) {
    Tokenizer learned = tokenizer(settings);
    this.tokenizer = learned;
    this.settings = settings;
    engine = Engine.getEngine("PyTorch");
    engine.setRandomSeed((int) settings.seed());
    manager = engine.newBaseManager();
    training = batches(settings, settings.seed(), DOCUMENTS);
    heldOut = batches(settings, settings.seed() + HELD_OUT_SEED_OFFSET, DOCUMENTS / 20);
    network = new Network(manager, settings);
  }

  /** The tokenizer that these settings lead to; always the same. */
  static Tokenizer tokenizer(Settings settings) {
    List<String> texts =
        new Corpus(settings.seed())
            .documents(2_000).stream().flatMap(document -> document.texts().stream()).toList();
    int controlAndBytes = new Tokenizer(List.of()).size();
    Tokenizer out = new Tokenizer(Pieces.learn(texts, settings.vocabulary() - controlAndBytes));
    if (out.size() != settings.vocabulary()) {
      throw new IllegalArgumentException(
          "vocabulary: the corpus gives "
              + out.size()
              + " tokens; asked for "
              + settings.vocabulary());
    }
    return out;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  Network network() {
    return network;
  }

  private Batches batches(Settings from, long seed, int documents) {
    return new Batches(
        new Corpus(seed).documents(documents).stream().map(tokenizer::encode).toList(),
        from.sequence());
  }

  /** Runs all steps; {@code progress} is called with each step's number. */
  void train(IntConsumer progress) {
    Random random = new Random(settings.seed());
    Optimizer optimizer = optimizer();
    for (int step = 0; step < settings.steps(); step++) {
      step(training.draw(random, settings.batch()), optimizer);
      progress.accept(step);
    }
  }

  private Optimizer optimizer() {
    int warmUp = Math.max(1, settings.steps() / 20);
    Tracker cosine =
        Tracker.cosine()
            .setBaseValue(settings.learningRate())
            .optFinalValue(settings.learningRate() / 20)
            .setMaxUpdates(settings.steps())
            .build();
    Tracker rate =
        Tracker.warmUp()
            .setMainTracker(cosine)
            .optWarmUpSteps(warmUp)
            .optWarmUpMode(WarmUpTracker.Mode.LINEAR)
            .build();
    return Optimizer.adam().optLearningRateTracker(rate).optBeta2(0.98f).build();
  }

  private void step(List<long[]> windows, Optimizer optimizer) {
    try (NDManager work = manager.newSubManager()) {
      try (GradientCollector collector = engine.newGradientCollector()) {
        collector.backward(loss(work, windows));
      }
      network
          .parameters()
          .forEach((name, parameter) -> {
            NDArray gradient = parameter.getGradient();
            gradient.attach(work);
            optimizer.update(name, parameter, gradient);
            gradient.muli(0);
          });
    }
  }

  private NDArray loss(NDManager work, List<long[]> windows) {
    int length = settings.sequence();
    long[] inputs = new long[windows.size() * length];
    long[] targets = new long[inputs.length];
    for (int row = 0; row < windows.size(); row++) {
      System.arraycopy(windows.get(row), 0, inputs, row * length, length);
      System.arraycopy(windows.get(row), 1, targets, row * length, length);
    }
    Shape shape = new Shape(windows.size(), length);
    return network.loss(work.create(inputs, shape), work.create(targets, shape));
  }

  /** The mean loss on text of another seed, in nats per token. */
  double heldOutLoss() {
    double sum = 0;
    for (int i = 0; i < HELD_OUT_WINDOWS; i++) {
      try (NDManager work = manager.newSubManager()) {
        sum += loss(work, List.of(heldOut.window(i * 7))).getFloat();
      }
    }
    return sum / HELD_OUT_WINDOWS;
  }

  @Override
  public void close() {
    manager.close();
  }
}
