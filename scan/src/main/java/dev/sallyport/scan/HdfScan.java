package dev.sallyport.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * HDF5, the old format of Keras. Its tree is not read: what is looked for is the name of a Lambda
 * layer in the configuration, which is stored as plain JSON. That it was not found means little,
 * and the finding says so.
 */
final class HdfScan {
  private static final int PART = 1 << 20;
  private static final int PARTS = 16;

  private HdfScan() {}

  static void scan(String file, Bytes bytes, Findings findings) throws IOException {
    int overlap = 64;
    for (int i = 0; i < PARTS && (long) i * PART < bytes.size(); i++) {
      long from = (long) i * PART;
      int length = (int) Math.min(PART + overlap, bytes.size() - from);
      String text = new String(bytes.read(from, length), StandardCharsets.ISO_8859_1);
      String tight = text.replace(" ", "");
      if (tight.contains("\"class_name\":\"Lambda\"")) {
        findings.add(file, from, Rule.KERAS_LAMBDA, "a Lambda layer");
        break;
      }
    }
    findings.add(file, 0, Rule.NOT_SCANNED, "HDF5: its tree is not read");
  }
}
