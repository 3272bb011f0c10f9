package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Optional;

/** How risky an area or a model is; later is worse (DESIGN §9, spec/evidence.md §1). */
public enum Zone {
  GREEN,
  /** Nothing current says that it is better than YELLOW; its duties equal YELLOW's. */
  INDETERMINATE,
  YELLOW,
  RED;

  /** The worse of the two. */
  public Zone or(Zone other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** The zone one step better; none for GREEN. */
  Optional<Zone> better() {
    return switch (this) {
      case GREEN -> Optional.empty();
      case INDETERMINATE -> Optional.of(GREEN);
      case YELLOW -> Optional.of(INDETERMINATE);
      case RED -> Optional.of(YELLOW);
    };
  }

  public boolean worseThan(Zone other) {
    return compareTo(other) > 0;
  }

  public static Zone parse(String name) throws BadInput {
    for (Zone zone : values()) {
      if (zone.name().equals(name)) {
        return zone;
      }
    }
    throw new BadInput("zone \"" + Json.clip(name) + "\" is not known");
  }
}
