package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Optional;

/** Who may use a released model; later is wider (DESIGN §9). */
public enum Audience {
  INTERNAL,
  /** Regulators too. */
  TRUSTED_PARTNER,
  LIMITED,
  PUBLIC;

  public boolean widerThan(Audience other) {
    return compareTo(other) > 0;
  }

  /** The audience one step in; none for INTERNAL. */
  public Optional<Audience> narrower() {
    return switch (this) {
      case INTERNAL -> Optional.empty();
      case TRUSTED_PARTNER -> Optional.of(INTERNAL);
      case LIMITED -> Optional.of(TRUSTED_PARTNER);
      case PUBLIC -> Optional.of(LIMITED);
    };
  }

  public static Audience parse(String name) throws BadInput {
    for (Audience audience : values()) {
      if (audience.name().equals(name)) {
        return audience;
      }
    }
    throw new BadInput("audience \"" + Json.clip(name) + "\" is not known");
  }
}
