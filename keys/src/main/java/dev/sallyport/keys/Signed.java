package dev.sallyport.keys;

import dev.sallyport.core.Digest;
import java.util.List;

/**
 * A statement whose signatures were verified against a trust root. Only {@link TrustRoot} makes
 * one.
 */
public final class Signed {
  private final Digest id;
  private final Statement statement;
  private final List<Person> signers;

  Signed(Digest id, Statement statement, List<Person> signers) {
    this.id = id;
    this.statement = statement;
    this.signers = List.copyOf(signers);
  }

  /** The digest of the payload. */
  public Digest id() {
    return id;
  }

  public Statement statement() {
    return statement;
  }

  /** The distinct people who signed, at least one. */
  public List<Person> signers() {
    return signers;
  }

  /** Whether someone of this role signed. */
  public boolean signedBy(Role role) {
    return signers.stream().anyMatch(p -> p.role() == role);
  }
}
