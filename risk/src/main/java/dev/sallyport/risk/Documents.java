package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Statement;

/** What policy and thresholds have in common. */
final class Documents {
  static final long MAX_VERSION = 1L << 40;

  private Documents() {}

  /** Fails unless the only subject is the named document with the digest of its predicate. */
  static void requireSubject(Statement statement, String name, Digest digest) throws BadInput {
    Statement.Subject subject = statement.subject();
    if (!subject.name().equals(name) || !subject.digest().equals(digest)) {
      throw new BadInput("subject is not " + name + " with the digest of the predicate");
    }
  }
}
