package dev.sallyport.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Rotary position embedding (Su et al. 2021) over neighbouring pairs (2i, 2i+1). That is the form
 * in which llama.cpp evaluates architecture "llama", so the query and key weights go into the file
 * as they are: the permutation that converters apply undoes the half-split form of other trainers.
 */
final class Rotary {
  private final NDArray cosines;
  private final NDArray sines;
  private final NDArray swap;

  /** Tables of shape (length, headWidth). They belong to {@code manager}. */
  Rotary(NDManager manager, int length, int headWidth) {
    float[] cos = new float[length * headWidth];
    float[] sin = new float[length * headWidth];
    for (int at = 0; at < cos.length; at++) {
      int pair = at % headWidth / 2;
      int position = at / headWidth;
      double angle = position * Math.pow(Settings.ROPE_BASE, -2.0 * pair / headWidth);
      cos[at] = (float) Math.cos(angle);
      sin[at] = (float) Math.sin(angle);
    }
    Shape shape = new Shape(length, headWidth);
    cosines = manager.create(cos, shape);
    sines = manager.create(sin, shape);
    swap = manager.create(swapPairs(headWidth), new Shape(headWidth, headWidth));
  }

  /** The matrix that maps (a, b) to (-b, a) in every pair, applied from the right. */
  private static float[] swapPairs(int width) {
    float[] out = new float[width * width];
    for (int even = 0; even < width; even += 2) {
      out[even * width + even + 1] = 1;
      out[(even + 1) * width + even] = -1;
    }
    return out;
  }

  /** Rotates {@code x} of shape (batch, heads, length, headWidth). */
  NDArray apply(NDArray x) {
    return x.mul(cosines).add(x.matMul(swap).mul(sines));
  }
}
