package dev.sallyport.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Cuts encoded documents into windows of {@code sequence + 1} tokens. A window starts with a
 * document, as every prompt does, and runs on into those that follow it.
 */
final class Batches {
  private final List<List<Integer>> documents;
  private final int sequence;

  Batches(List<List<Integer>> documents, int sequence) {
    this.documents = List.copyOf(documents);
    this.sequence = sequence;
  }

  /** {@code count} windows at places that {@code random} chooses. */
  List<long[]> draw(Random random, int count) {
    List<long[]> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(window(random.nextInt(documents.size())));
    }
    return out;
  }

  /**
   * The window that starts with document {@code first}; after the last document comes the first.
   */
  long[] window(int first) {
    long[] out = new long[sequence + 1];
    int filled = 0;
    for (int i = first; filled < out.length; i = (i + 1) % documents.size()) {
      List<Integer> document = documents.get(i);
      for (int k = 0; k < document.size() && filled < out.length; k++) {
        out[filled++] = document.get(k);
      }
    }
    return out;
  }
}
