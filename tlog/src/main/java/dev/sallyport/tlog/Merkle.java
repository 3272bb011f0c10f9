package dev.sallyport.tlog;

import dev.sallyport.core.Digest;
import java.security.MessageDigest;
import java.util.List;

/** The hashes of RFC 9162 §2.1.1: a leaf and a node can never be taken for each other. */
public final class Merkle {
  /** The root of the empty tree: the hash of no bytes. */
  public static final Digest EMPTY_ROOT = Digest.of(new byte[0]);

  private Merkle() {}

  /** {@code SHA-256(0x00 || entry)}. */
  public static Digest leafHash(byte[] entry) {
    MessageDigest sha = Digest.sha256();
    sha.update((byte) 0);
    sha.update(entry);
    return Digest.finish(sha);
  }

  /** {@code SHA-256(0x01 || left || right)}. */
  public static Digest nodeHash(Digest left, Digest right) {
    MessageDigest sha = Digest.sha256();
    sha.update((byte) 1);
    sha.update(left.bytes());
    sha.update(right.bytes());
    return Digest.finish(sha);
  }

  /** The root of the tree over these leaf (or subtree) hashes. */
  public static Digest root(List<Digest> hashes) {
    Frontier frontier = new Frontier();
    hashes.forEach(frontier::add);
    return frontier.root();
  }
}
