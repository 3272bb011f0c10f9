package dev.sallyport.controls;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Locale;

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

  static EvidenceKind parse(String word) throws BadInput {
    for (EvidenceKind kind : values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw new BadInput("\"" + Json.clip(word) + "\" is no kind of evidence");
  }
}
