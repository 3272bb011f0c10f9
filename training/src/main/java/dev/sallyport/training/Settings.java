package dev.sallyport.training;

/**
 * Everything that decides what the trained model is like. Sizes are in elements, lengths in tokens.
 */
record Settings(
    long seed,
    int vocabulary,
    int width,
    int layers,
    int heads,
    int keyHeads,
    int hidden,
    int sequence,
    int batch,
    int steps,
    float learningRate) {

  /** RMSNorm's epsilon, as written into the file. */
  static final float EPSILON = 1e-5f;

  /** The base of the rotary frequencies, as written into the file. */
  static final float ROPE_BASE = 10_000f;

  /** The context that the file advertises; twice the length trained on. */
  static final int CONTEXT = 512;

  /** The settings of {@code testdata/models/tiny-stories.gguf}. */
  static Settings tinyStories() {
    return new Settings(20_261_101L, 720, 128, 3, 4, 2, 336, 256, 8, 700, 2e-3f);
  }

  Settings withSteps(int other) {
    return new Settings(
        seed,
        vocabulary,
        width,
        layers,
        heads,
        keyHeads,
        hidden,
        sequence,
        batch,
        other,
        learningRate);
  }

  int headWidth() {
    return width / heads;
  }
}
