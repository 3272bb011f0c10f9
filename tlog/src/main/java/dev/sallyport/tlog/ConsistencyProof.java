package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.List;

/**
 * The claim that the tree of {@code oldSize} leaves is a prefix of that of {@code newSize} (RFC
 * 9162 §2.1.4). Means nothing until {@link #verify} has returned.
 *
 * @param hashes lowest first; empty if the old tree is empty or the sizes are equal
 */
public record ConsistencyProof(long oldSize, long newSize, List<Digest> hashes) {
  public ConsistencyProof {
    hashes = List.copyOf(hashes);
  }

  /** Fails unless the new root extends the old one. */
  public void verify(Digest oldRoot, Digest newRoot) throws BadInput {
    if (oldSize < 0 || oldSize > newSize) {
      throw new BadInput("consistency of size " + newSize + " with the later size " + oldSize);
    }
    if (oldSize == 0 || oldSize == newSize) {
      verifyTrivial(oldRoot, newRoot);
    } else {
      verifyProper(oldRoot, newRoot);
    }
  }

  private void verifyTrivial(Digest oldRoot, Digest newRoot) throws BadInput {
    if (!hashes.isEmpty()) {
      throw new BadInput("consistency proof has " + hashes.size() + " hashes; none are needed");
    }
    if (oldSize == 0 && !oldRoot.equals(Merkle.EMPTY_ROOT)) {
      throw new BadInput("root of the empty tree is wrong");
    }
    if (oldSize == newSize && !oldRoot.equals(newRoot)) {
      throw new BadInput("two roots for one tree size " + newSize);
    }
  }

  /** The steps of RFC 9162 §2.1.4.2. */
  private void verifyProper(Digest oldRoot, Digest newRoot) throws BadInput {
    int next = 0;
    boolean wholeSubtree = Long.bitCount(oldSize) == 1;
    if (!wholeSubtree && hashes.isEmpty()) {
      throw tooShort();
    }
    Digest start = wholeSubtree ? oldRoot : hashes.get(next++);
    int skipped = Long.numberOfTrailingZeros(oldSize);
    long fn = (oldSize - 1) >>> skipped;
    long sn = (newSize - 1) >>> skipped;
    Digest fr = start;
    Digest sr = start;
    for (; next < hashes.size(); next++) {
      if (sn == 0) {
        throw new BadInput("consistency proof of " + hashes.size() + " hashes is too long");
      }
      Digest hash = hashes.get(next);
      if ((fn & 1) == 1 || fn == sn) {
        fr = Merkle.nodeHash(hash, fr);
        sr = Merkle.nodeHash(hash, sr);
        int levels = (fn & 1) == 1 ? 0 : Long.numberOfTrailingZeros(fn);
        fn >>>= levels;
        sn >>>= levels;
      } else {
        sr = Merkle.nodeHash(sr, hash);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    if (sn != 0) {
      throw tooShort();
    }
    if (!fr.equals(oldRoot) || !sr.equals(newRoot)) {
      throw new BadInput(
          "consistency proof from " + oldSize + " to " + newSize + " does not lead to the roots");
    }
  }

  private BadInput tooShort() {
    return new BadInput("consistency proof of " + hashes.size() + " hashes is too short");
  }
}
