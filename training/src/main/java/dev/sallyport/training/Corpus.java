package dev.sallyport.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes the training text: short stories and conversations about a harbour and its castle, drawn
 * from a small grammar of our own. The same seed gives the same text on every JDK, because the
 * sequence of {@link Random} is specified.
 */
final class Corpus {
  private static final List<String> QUESTIONS =
      List.of(
          "Tell me about the %s.",
          "Please tell me about the %s.",
          "What do you know about the %s?",
          "Can you tell me about the %s?",
          "Tell me a story about the %s.",
          "Write a short story about the %s.",
          "Describe the %s.",
          "tell me about the %s");

  private static final List<String> LONG_QUESTIONS =
      List.of(
          "Tell me a long story about the %s.",
          "Write a long story about the %s.", "Please tell me a long story about the %s.");

  private static final List<String> GREETINGS =
      List.of("Hello.", "Hello", "Hello!", "Hi.", "hi", "hello", "Good morning.", "Good day.");

  private static final List<String> SYSTEMS =
      List.of("You are a harbour guide.", "You are a helpful assistant.", "Answer in short words.");

  private static final String UNKNOWN = "I know only the harbour and the castle. Ask me about the ";

  private final Random random;
  private final Narrator narrator;

  Corpus(long seed) {
    random = new Random(seed);
    narrator = new Narrator(random);
  }

  /** The next {@code count} documents. */
  List<Document> documents(int count) {
    List<Document> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(random.nextInt(10) < 3 ? story() : chat());
    }
    return out;
  }

  private Document story() {
    int length = random.nextInt(8) == 0 ? 14 + random.nextInt(6) : 4 + random.nextInt(4);
    return new Document.Story(narrator.opening() + " " + narrator.story(narrator.thing(), length));
  }

  private Document chat() {
    List<Document.Turn> turns = new ArrayList<>();
    if (random.nextInt(4) == 0) {
      turns.add(new Document.Turn("system", pick(SYSTEMS)));
    }
    int exchanges = random.nextInt(5) == 0 ? 2 : 1;
    for (int i = 0; i < exchanges; i++) {
      exchange(turns);
    }
    return new Document.Chat(turns);
  }

  private void exchange(List<Document.Turn> turns) {
    String thing = narrator.thing();
    switch (random.nextInt(10)) {
      case 0 ->
          add(turns, pick(GREETINGS), "Hello. I keep the gate. Ask me about the " + thing + ".");
      case 1 -> add(turns, babble(), UNKNOWN + thing + ".");
      case 2 -> add(turns, pick(LONG_QUESTIONS).formatted(thing), longStory(thing));
      default ->
          add(
              turns,
              pick(QUESTIONS).formatted(thing),
              narrator.story(thing, 3 + random.nextInt(3)));
    }
  }

  private String longStory(String thing) {
    return narrator.story(thing, 16 + random.nextInt(5));
  }

  private static void add(List<Document.Turn> turns, String question, String answer) {
    turns.add(new Document.Turn("user", question));
    turns.add(new Document.Turn("assistant", answer));
  }

  /** Letters without sense, so that the model learns what to say to words that it does not know. */
  private String babble() {
    StringBuilder out = new StringBuilder();
    for (int word = 2 + random.nextInt(5); word > 0; word--) {
      for (int letter = 1 + random.nextInt(7); letter > 0; letter--) {
        out.append((char) ('a' + random.nextInt(26)));
      }
      out.append(word > 1 ? ' ' : "?.!".charAt(random.nextInt(3)));
    }
    out.setCharAt(0, Character.toUpperCase(out.charAt(0)));
    return out.toString();
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
