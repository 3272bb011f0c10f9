package dev.sallyport.audit;

import dev.sallyport.core.Digest;
import dev.sallyport.tlog.ConsistencyProof;
import dev.sallyport.tlog.InclusionProof;
import dev.sallyport.tlog.Merkle;
import java.util.ArrayList;
import java.util.List;

/** Builds proofs as RFC 9162 §2.1.3.1 and §2.1.4.1 define them, from perfect subtrees. */
final class Proofs {
  private final Subtrees subtrees;

  /** The hash of the perfect subtree of {@code 2^height} leaves. */
  interface Subtrees {
    Digest hash(int height, long index) throws AuditFailure;
  }

  Proofs(Subtrees subtrees) {
    this.subtrees = subtrees;
  }

  InclusionProof inclusion(long index, long size) throws AuditFailure {
    List<Digest> path = new ArrayList<>();
    addPath(index, 0, size, path);
    return new InclusionProof(index, size, path);
  }

  ConsistencyProof consistency(long oldSize, long newSize) throws AuditFailure {
    List<Digest> path = new ArrayList<>();
    if (oldSize > 0) {
      addSubproof(oldSize, 0, newSize, true, path);
    }
    return new ConsistencyProof(oldSize, newSize, path);
  }

  /** The root of the tree as it was at this size. */
  Digest root(long size) throws AuditFailure {
    return size == 0 ? Merkle.EMPTY_ROOT : range(0, size);
  }

  private Digest range(long from, long to) throws AuditFailure {
    long count = to - from;
    if (Long.bitCount(count) == 1) {
      int height = Long.numberOfTrailingZeros(count);
      return subtrees.hash(height, from >>> height);
    }
    long split = Long.highestOneBit(count);
    return Merkle.nodeHash(range(from, from + split), range(from + split, to));
  }

  private void addPath(long leaf, long from, long to, List<Digest> path) throws AuditFailure {
    if (to - from == 1) {
      return;
    }
    long middle = from + Long.highestOneBit(to - from - 1);
    if (leaf < middle) {
      addPath(leaf, from, middle, path);
      path.add(range(middle, to));
    } else {
      addPath(leaf, middle, to, path);
      path.add(range(from, middle));
    }
  }

  /** SUBPROOF(oldSize, D[from:to], whole) of RFC 9162 §2.1.4.1. */
  private void addSubproof(long oldSize, long from, long to, boolean whole, List<Digest> path)
      throws AuditFailure {
    if (oldSize == to - from) {
      if (!whole) {
        path.add(range(from, to));
      }
      return;
    }
    long left = Long.highestOneBit(to - from - 1);
    if (oldSize <= left) {
      addSubproof(oldSize, from, from + left, whole, path);
      path.add(range(from + left, to));
    } else {
      addSubproof(oldSize - left, from + left, to, false, path);
      path.add(range(from, from + left));
    }
  }
}
