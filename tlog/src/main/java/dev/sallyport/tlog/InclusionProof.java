package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.List;

/**
 * The claim that a leaf is at {@code index} of the tree with {@code treeSize} leaves (RFC 9162
 * §2.1.3). Means nothing until {@link #verify} has returned.
 *
 * @param hashes the siblings on the way to the root, lowest first; at most 63
 */
public record InclusionProof(long index, long treeSize, List<Digest> hashes) {
  public InclusionProof {
    hashes = List.copyOf(hashes);
  }

  /** Fails unless {@code leafHash} is at this index under {@code root} (RFC 9162 §2.1.3.2). */
  public void verify(Digest leafHash, Digest root) throws BadInput {
    if (index < 0 || index >= treeSize) {
      throw new BadInput("leaf " + index + " of a tree of " + treeSize + " leaves");
    }
    long fn = index;
    long sn = treeSize - 1;
    Digest hash = leafHash;
    for (Digest sibling : hashes) {
      if (sn == 0) {
        throw new BadInput("inclusion proof of " + hashes.size() + " hashes is too long");
      }
      if ((fn & 1) == 1 || fn == sn) {
        hash = Merkle.nodeHash(sibling, hash);
        int levels = (fn & 1) == 1 ? 0 : Long.numberOfTrailingZeros(fn);
        fn >>>= levels;
        sn >>>= levels;
      } else {
        hash = Merkle.nodeHash(hash, sibling);
      }
      fn >>>= 1;
      sn >>>= 1;
    }
    if (sn != 0 || !hash.equals(root)) {
      throw new BadInput("inclusion proof of leaf " + index + " does not lead to the root");
    }
  }
}
