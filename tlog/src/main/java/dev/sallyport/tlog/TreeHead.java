package dev.sallyport.tlog;

import dev.sallyport.core.Digest;

/** A tree's size in leaves and its root. */
public record TreeHead(long size, Digest root) {
  /** The tree without a leaf: what a witness holds before it has seen a log. */
  public static final TreeHead EMPTY = new TreeHead(0, Merkle.EMPTY_ROOT);

  public TreeHead {
    if (size < 0) {
      throw new IllegalArgumentException("internal error: tree size " + size);
    }
  }
}
