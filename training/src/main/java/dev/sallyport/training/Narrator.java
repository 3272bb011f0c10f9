package dev.sallyport.training;

import java.util.List;
import java.util.Random;

/** Tells stories sentence by sentence. One narrator belongs to one {@link Corpus}. */
final class Narrator {
  private static final List<String> THINGS =
      List.of(
          "gate", "harbour", "castle", "key", "ship", "tower", "bridge", "lamp", "wall", "boat",
          "bell", "door", "sea", "storm", "island", "flag", "well", "market");

  private static final List<String> PEOPLE =
      List.of("captain", "guard", "sailor", "queen", "smith", "fisher", "child", "cook", "pilot");

  private static final List<String> QUALITIES =
      List.of(
          "old", "small", "strong", "quiet", "bright", "heavy", "green", "cold", "tall", "kind");

  private static final List<String> WEATHERS =
      List.of(
          "the wind was cold",
          "the sun was warm",
          "the rain fell softly",
          "the fog came in",
          "the sky was clear",
          "the snow lay deep",
          "the waves were high",
          "the moon was full");

  private static final List<String> TIMES =
      List.of(
          "In the morning", "At night", "Every evening", "One day", "After the storm", "In winter");

  private static final List<String> PLACES =
      List.of(
          "by the sea",
          "near the harbour",
          "under the tower",
          "behind the wall",
          "on the hill",
          "at the bridge",
          "in the castle",
          "across the water");

  private static final List<String> DEEDS =
      List.of(
          "opened",
          "closed",
          "watched",
          "painted",
          "found",
          "guarded",
          "mended",
          "cleaned",
          "loved",
          "remembered");

  private static final List<String> FEELINGS =
      List.of("happy", "tired", "proud", "calm", "afraid", "glad", "hungry", "brave");

  private static final List<String> MOVES =
      List.of("walked", "sailed", "came home", "waited", "sang", "slept", "looked out", "worked");

  private static final int KINDS = 9;

  private final Random random;

  Narrator(Random random) {
    this.random = random;
  }

  String thing() {
    return pick(THINGS);
  }

  /** How a story begins that nobody asked for. */
  String opening() {
    return switch (random.nextInt(3)) {
      case 0 -> "Once there was a " + pick(PEOPLE) + " who lived " + pick(PLACES) + ".";
      case 1 -> "Long ago a " + pick(QUALITIES) + " ship came to the harbour.";
      default -> pick(TIMES) + " " + pick(WEATHERS) + ".";
    };
  }

  /** {@code length} sentences about one thing and one person. */
  String story(String thing, int length) {
    String person = pick(PEOPLE);
    StringBuilder out = new StringBuilder("The " + thing + " stands " + pick(PLACES) + ".");
    int kind = random.nextInt(KINDS);
    for (int i = 1; i < length; i++) {
      out.append(' ').append(sentence(kind, thing, person));
      // Mostly onwards, so that even the likeliest continuation does not repeat itself.
      kind = (kind + 1 + random.nextInt(3)) % KINDS;
    }
    return out.toString();
  }

  private String sentence(int kind, String thing, String person) {
    return switch (kind) {
      case 0 -> "The " + thing + " is " + twoQualities() + ".";
      case 1 -> pick(TIMES) + " the " + person + " " + pick(MOVES) + " " + pick(PLACES) + ".";
      case 2 -> "The " + person + " " + pick(DEEDS) + " the " + thing + ".";
      case 3 -> pick(TIMES) + " " + pick(WEATHERS) + ".";
      case 4 -> "The " + person + " was " + pick(FEELINGS) + " and " + pick(MOVES) + ".";
      case 5 -> "A " + pick(PEOPLE) + " asked for the key of the " + thing + ".";
      case 6 ->
          "Then the " + person + " " + pick(DEEDS) + " a " + pick(QUALITIES) + " " + thing() + ".";
      case 7 -> "When " + pick(WEATHERS) + ", the " + person + " " + pick(MOVES) + ".";
      default -> "No one could open the " + thing + " without the " + pick(PEOPLE) + ".";
    };
  }

  private String twoQualities() {
    int first = random.nextInt(QUALITIES.size());
    int second = (first + 1 + random.nextInt(QUALITIES.size() - 1)) % QUALITIES.size();
    return QUALITIES.get(first) + " and " + QUALITIES.get(second);
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
