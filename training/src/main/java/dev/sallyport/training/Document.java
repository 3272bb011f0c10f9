package dev.sallyport.training;

import java.util.List;

/** One text of the corpus. */
sealed interface Document {

  /** Plain prose, for text completion. */
  record Story(String text) implements Document {}

  /** A conversation, for chat completion. */
  record Chat(List<Turn> turns) implements Document {
    public Chat {
      turns = List.copyOf(turns);
    }
  }

  /** One message; {@code role} is system, user or assistant. */
  record Turn(String role, String text) {}

  /** The words of the document, without its control tokens. */
  default List<String> texts() {
    return switch (this) {
      case Story(String text) -> List.of(text);
      case Chat(List<Turn> turns) ->
          turns.stream().map(turn -> turn.role() + "\n" + turn.text()).toList();
    };
  }
}
