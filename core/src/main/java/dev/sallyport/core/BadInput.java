package dev.sallyport.core;

/**
 * Input that is not what it must be. The message names the place, the observed value and the rule;
 * it never carries a secret, a prompt or a path outside the vault.
 */
public final class BadInput extends Exception {
  private static final long serialVersionUID = 1L;

  public BadInput(String message) {
    super(message);
  }

  public BadInput(String message, Throwable cause) {
    super(message, cause);
  }
}
