package dev.sallyport.scan;

import java.util.ArrayList;
import java.util.List;

/** Collects what is found in one file, a bounded number. Owned by one thread. */
final class Findings {
  private static final int MAX = 100;
  private static final int MAX_NAME = 300;

  private final List<Finding> list = new ArrayList<>();

  void add(String file, long offset, Rule rule, String observed) {
    if (list.size() < MAX) {
      list.add(new Finding(name(file), offset, rule, observed));
    } else if (list.size() == MAX) {
      list.add(new Finding(name(file), offset, Rule.TOO_MANY_FINDINGS, "more than " + MAX));
    }
  }

  List<Finding> list() {
    return List.copyOf(list);
  }

  /** Printable ASCII, and not without end. */
  private static String name(String file) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < Math.min(file.length(), MAX_NAME); i++) {
      char c = file.charAt(i);
      name.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return file.length() > MAX_NAME ? name + "…" : name.toString();
  }
}
