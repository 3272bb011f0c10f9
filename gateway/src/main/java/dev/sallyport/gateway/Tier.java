package dev.sallyport.gateway;

/** Who a principal is, narrowest first; the audiences of spec/evidence.md §1. */
public enum Tier {
  INTERNAL,
  TRUSTED_PARTNER,
  LIMITED,
  PUBLIC;

  /** Whether a release for {@code audience} may be used by this tier. */
  public boolean within(Tier audience) {
    return compareTo(audience) <= 0;
  }
}
