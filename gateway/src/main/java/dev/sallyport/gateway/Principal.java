package dev.sallyport.gateway;

/**
 * Someone who holds an API key.
 *
 * @param name as in the log; never empty
 * @param quota the principal's own limits; {@link Quota#OPEN} where it has none
 */
public record Principal(String name, Tier tier, Quota quota) {
  public Principal {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("internal error: principal without a name");
    }
  }
}
