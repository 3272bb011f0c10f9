package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.TrustRoot;

/** A verified statement and the index of the entry that holds it. */
record Filed(long index, Envelope envelope, Signed signed) {

  static Filed verify(TrustRoot root, long index, Envelope envelope) throws BadInput {
    return new Filed(index, envelope, root.verify(envelope));
  }

  Digest id() {
    return signed.id();
  }
}
