package dev.sallyport.tlog;

import dev.sallyport.core.Digest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The definitions of RFC 9162 §2.1 written down as they stand, slow and plain; and test keys. */
final class Model {
  final List<byte[]> leaves = new ArrayList<>();

  Model(int size) {
    for (int i = 0; i < size; i++) {
      leaves.add(("leaf " + i).getBytes(StandardCharsets.US_ASCII));
    }
  }

  Digest root(int size) {
    return mth(leaves.subList(0, size));
  }

  private static Digest mth(List<byte[]> d) {
    if (d.isEmpty()) {
      return Digest.of(new byte[0]);
    }
    if (d.size() == 1) {
      return hash(0, d.getFirst(), new byte[0]);
    }
    int k = split(d.size());
    return hash(1, mth(d.subList(0, k)).bytes(), mth(d.subList(k, d.size())).bytes());
  }

  private static Digest hash(int prefix, byte[] a, byte[] b) {
    byte[] all = new byte[1 + a.length + b.length];
    all[0] = (byte) prefix;
    System.arraycopy(a, 0, all, 1, a.length);
    System.arraycopy(b, 0, all, 1 + a.length, b.length);
    return Digest.of(all);
  }

  /** The largest power of two smaller than n. */
  private static int split(int n) {
    int k = 1;
    while (2 * k < n) {
      k *= 2;
    }
    return k;
  }

  /** PATH(m, D_n). */
  List<Digest> path(int m, int n) {
    return path(m, leaves.subList(0, n));
  }

  private static List<Digest> path(int m, List<byte[]> d) {
    if (d.size() == 1) {
      return List.of();
    }
    int k = split(d.size());
    List<byte[]> left = d.subList(0, k);
    List<byte[]> right = d.subList(k, d.size());
    return m < k ? join(path(m, left), mth(right)) : join(path(m - k, right), mth(left));
  }

  /** PROOF(m, D_n). */
  List<Digest> proof(int m, int n) {
    return m == 0 ? List.of() : subproof(m, leaves.subList(0, n), true);
  }

  private static List<Digest> subproof(int m, List<byte[]> d, boolean whole) {
    if (m == d.size()) {
      return whole ? List.of() : List.of(mth(d));
    }
    int k = split(d.size());
    List<byte[]> left = d.subList(0, k);
    List<byte[]> right = d.subList(k, d.size());
    return m <= k
        ? join(subproof(m, left, whole), mth(right))
        : join(subproof(m - k, right, false), mth(left));
  }

  private static List<Digest> join(List<Digest> path, Digest last) {
    List<Digest> out = new ArrayList<>(path);
    out.add(last);
    return out;
  }

  /** A fresh Ed25519 pair. */
  static KeyPair pair() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  static byte[] raw(KeyPair pair) {
    byte[] spki = pair.getPublic().getEncoded();
    return Arrays.copyOfRange(spki, 12, 44);
  }

  static byte[] sign(KeyPair pair, byte[] message) throws Exception {
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(message);
    return signer.sign();
  }
}
