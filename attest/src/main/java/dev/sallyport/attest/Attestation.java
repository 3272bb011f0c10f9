package dev.sallyport.attest;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** What is known of the hardware that asks for a key. {@code none} is a value, never an absence. */
public sealed interface Attestation {
  /** The type that stands for no attestation. */
  String NONE = "none";

  /** Nothing is known: whoever runs the host can read what runs there. */
  record None() implements Attestation {}

  /**
   * A vendor's hardware vouches for what runs on it, for exactly this request. Only {@link
   * Genuine#boundTo} makes one.
   */
  final class Hardware implements Attestation {
    private final String type;
    private final SortedMap<String, String> claims;
    private final Digest root;
    private final Instant asOf;
    private final List<String> unchecked;

    Hardware(
        String type,
        SortedMap<String, String> claims,
        Digest root,
        Instant asOf,
        List<String> unchecked) {
      this.type = type;
      this.claims = claims;
      this.root = root;
      this.asOf = asOf;
      this.unchecked = unchecked;
    }

    public SortedMap<String, String> claims() {
      return claims;
    }

    /** The time as of which the certificates were checked. */
    public Instant asOf() {
      return asOf;
    }

    /** What was not checked. */
    public List<String> unchecked() {
      return unchecked;
    }
  }

  /** The format's name, or {@link #NONE}. */
  default String type() {
    return switch (this) {
      case None n -> NONE;
      case Hardware h -> h.type;
    };
  }

  /** Whether this is of that type and says exactly that of each of these claims. */
  default boolean satisfies(String type, Map<String, String> expected) {
    return switch (this) {
      case None n -> type.equals(NONE) && expected.isEmpty();
      case Hardware h ->
          h.type.equals(type)
              && expected.entrySet().stream()
                  .allMatch(e -> e.getValue().equals(h.claims.get(e.getKey())));
    };
  }

  /** For leases and listings: without the claims but the measurement. */
  default Json.Obj brief() {
    return switch (this) {
      case None n -> Json.obj().put("type", NONE).build();
      case Hardware h ->
          Json.obj()
              .put("type", h.type)
              .put("measurement", h.claims.getOrDefault("measurement", ""))
              .put("asOf", h.asOf)
              .put("unchecked", Json.strings(h.unchecked))
              .build();
    };
  }

  /** All that is known. */
  default Json.Obj toJson() {
    return switch (this) {
      case None n -> Json.obj().put("type", NONE).build();
      case Hardware h -> {
        Json.Builder claims = Json.obj();
        h.claims.forEach(claims::put);
        yield Json.obj()
            .put("type", h.type)
            .put("claims", claims.build())
            .put("root", h.root)
            .put("asOf", h.asOf)
            .put("unchecked", Json.strings(h.unchecked))
            .build();
      }
    };
  }
}
