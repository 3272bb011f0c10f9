package dev.sallyport.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns the vocabulary: byte-pair merges inside words (Sennrich et al. 2016), written as the
 * "llama" tokenizer of GGUF wants them. Every piece is the join of two earlier pieces and carries
 * its rank as score, so that a tokenizer that merges the best-scored neighbours first reaches it.
 */
final class Pieces {
  /** What SentencePiece writes for a blank. */
  static final char BLANK = '▁';

  private static final Pattern UNIT = Pattern.compile(BLANK + "?[A-Za-z]+|.", Pattern.DOTALL);

  private Pieces() {}

  /** At most {@code limit} pieces, single characters first, then merges from frequent to rare. */
  static List<String> learn(Collection<String> texts, int limit) {
    Map<List<String>, Integer> words = count(texts);
    List<String> pieces = new ArrayList<>(characters(words));
    while (pieces.size() < limit) {
      Optional<Pair> best = best(pairs(words));
      if (best.isEmpty()) {
        break;
      }
      String joined = best.get().joined();
      if (!pieces.contains(joined)) {
        pieces.add(joined);
      }
      words = merge(words, best.get());
    }
    return List.copyOf(pieces);
  }

  /** Splits text into units that no piece crosses. */
  static List<String> units(String text) {
    List<String> out = new ArrayList<>();
    Matcher unit = UNIT.matcher(text.replace(' ', BLANK));
    while (unit.find()) {
      out.add(unit.group());
    }
    return out;
  }

  private static Map<List<String>, Integer> count(Collection<String> texts) {
    Map<String, Integer> units = new TreeMap<>();
    for (String text : texts) {
      units(text).forEach(unit -> units.merge(unit, 1, Integer::sum));
    }
    Map<List<String>, Integer> words = new HashMap<>();
    units.forEach((unit, times) -> words.put(split(unit), times));
    return words;
  }

  static List<String> split(String unit) {
    return unit.codePoints().mapToObj(Character::toString).toList();
  }

  private static List<String> characters(Map<List<String>, Integer> words) {
    return words.keySet().stream()
        .flatMap(List::stream)
        .filter(c -> c.getBytes(StandardCharsets.UTF_8)[0] != '\n')
        .distinct()
        .sorted()
        .toList();
  }

  private static Map<Pair, Integer> pairs(Map<List<String>, Integer> words) {
    Map<Pair, Integer> out = new HashMap<>();
    words.forEach((word, times) -> {
      for (int i = 0; i + 1 < word.size(); i++) {
        out.merge(new Pair(word.get(i), word.get(i + 1)), times, Integer::sum);
      }
    });
    return out;
  }

  /** The most frequent pair; among equals the first in code-point order, so that runs agree. */
  private static Optional<Pair> best(Map<Pair, Integer> pairs) {
    return pairs.entrySet().stream()
        .filter(entry -> entry.getValue() >= 2)
        .min(
            Map.Entry.<Pair, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey);
  }

  private static Map<List<String>, Integer> merge(Map<List<String>, Integer> words, Pair pair) {
    Map<List<String>, Integer> out = new HashMap<>();
    words.forEach((word, times) -> out.merge(pair.applyTo(word), times, Integer::sum));
    return out;
  }

  private record Pair(String left, String right) implements Comparable<Pair> {
    String joined() {
      return left + right;
    }

    List<String> applyTo(List<String> word) {
      List<String> out = new ArrayList<>(word.size());
      for (int i = 0; i < word.size(); i++) {
        boolean here =
            i + 1 < word.size() && word.get(i).equals(left) && word.get(i + 1).equals(right);
        out.add(here ? joined() : word.get(i));
        i += here ? 1 : 0;
      }
      return out;
    }

    @Override
    public int compareTo(Pair other) {
      int first = left.compareTo(other.left);
      return first != 0 ? first : right.compareTo(other.right);
    }
  }
}
