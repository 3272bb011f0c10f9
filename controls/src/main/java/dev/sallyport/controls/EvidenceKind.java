package dev.sallyport.controls;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** How something was found out that evidence states. */
public enum EvidenceKind {
  STATEMENT,
  EVALUATION,
  OWN_CHECK,
  DRILL,
  SCAN,
  ATTESTATION,
  ASSESSMENT;

  /** The word in files. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The words of several, in the order of this list. */
  public static String words(Collection<EvidenceKind> kinds) {
    return kinds.stream().sorted().map(EvidenceKind::word).collect(Collectors.joining(", "));
  }

  /** Reads a word. */
  public static EvidenceKind parse(String word) throws BadInput {
    for (EvidenceKind kind : values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new BadInput("\"" + Json.clip(word) + "\" is no kind of evidence");
  }
}
