package dev.sallyport.core;

/** The {@code error} that a peer answered (spec/key-release.md §2): a closed code and a message. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  public Refusal(String code, String message) {
    super(message);
    this.code = code;
  }

  /** The closed code, such as {@code gate} or {@code replay}. */
  public String code() {
    return code;
  }
}
