package dev.sallyport.scan;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How many bytes a block of elements takes, by type number (ggml's public table). */
final class GgufTypes {
  record Size(int elements, int bytes) {}

  private static final Map<Integer, Size> SIZES = new HashMap<>();

  static {
    int[][] table = {
      {0, 1, 4},
      {1, 1, 2},
      {2, 32, 18},
      {3, 32, 20},
      {6, 32, 22},
      {7, 32, 24},
      {8, 32, 34},
      {9, 32, 36},
      {10, 256, 84},
      {11, 256, 110},
      {12, 256, 144},
      {13, 256, 176},
      {14, 256, 210},
      {15, 256, 292},
      {16, 256, 66},
      {17, 256, 74},
      {18, 256, 98},
      {19, 256, 50},
      {20, 32, 18},
      {21, 256, 110},
      {22, 256, 82},
      {23, 256, 136},
      {24, 1, 1},
      {25, 1, 2},
      {26, 1, 4},
      {27, 1, 8},
      {28, 1, 8},
      {29, 256, 56},
      {30, 1, 2},
      {34, 256, 54},
      {35, 256, 66},
      {39, 32, 17}
    };
    for (int[] row : table) {
      SIZES.put(row[0], new Size(row[1], row[2]));
    }
  }

  private GgufTypes() {}

  static Optional<Size> of(long type) {
    return Optional.ofNullable(SIZES.get((int) type));
  }
}
