package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ProofTest {
  private static final int MAX = 70;

  private final Model model = new Model(MAX);

  @Test
  void rootsAreThoseOfTheModel() {
    Frontier frontier = new Frontier();
    assertEquals(model.root(0), frontier.root());
    for (int size = 1; size <= MAX; size++) {
      frontier.add(Merkle.leafHash(model.leaves.get(size - 1)));
      assertEquals(model.root(size), frontier.root());
      assertEquals(size, frontier.size());
    }
  }

  @Test
  void acceptsEveryProofOfTheModel() throws Exception {
    for (int n = 1; n <= MAX; n++) {
      for (int m = 0; m <= n; m++) {
        new ConsistencyProof(m, n, model.proof(m, n)).verify(model.root(m), model.root(n));
        if (m < n) {
          Digest leaf = Merkle.leafHash(model.leaves.get(m));
          new InclusionProof(m, n, model.path(m, n)).verify(leaf, model.root(n));
        }
      }
    }
  }

  @Test
  void refusesEveryAlteredInclusionProof() {
    Random random = seeded();
    for (int round = 0; round < 400; round++) {
      int n = 1 + random.nextInt(MAX);
      int m = random.nextInt(n);
      Digest leaf = Merkle.leafHash(model.leaves.get(m));
      Digest root = model.root(n);
      for (List<Digest> altered : alterations(model.path(m, n), random)) {
        refused(() -> new InclusionProof(m, n, altered).verify(leaf, root));
      }
      List<Digest> path = model.path(m, n);
      refused(() -> new InclusionProof(n, n, path).verify(leaf, root));
      refused(() -> new InclusionProof(-1, n, path).verify(leaf, root));
      if (n > 1) {
        refused(() -> new InclusionProof(m, n, path).verify(root, leaf));
        refused(() -> new InclusionProof((m + 1) % n, n, path).verify(leaf, root));
      }
    }
  }

  @Test
  void refusesEveryAlteredConsistencyProof() {
    Random random = seeded();
    for (int round = 0; round < 400; round++) {
      int n = 2 + random.nextInt(MAX - 1);
      int m = 1 + random.nextInt(n - 1);
      Digest before = model.root(m);
      Digest after = model.root(n);
      for (List<Digest> altered : alterations(model.proof(m, n), random)) {
        refused(() -> new ConsistencyProof(m, n, altered).verify(before, after));
      }
      List<Digest> proof = model.proof(m, n);
      refused(() -> new ConsistencyProof(m, n, proof).verify(after, before));
      refused(() -> new ConsistencyProof(n, m, proof).verify(before, after));
      refused(() -> new ConsistencyProof(0, n, proof).verify(before, after));
      refused(() -> new ConsistencyProof(n, n, List.of()).verify(before, after));
    }
  }

  /** The proof with a bit flipped, a hash dropped, doubled, or added at either end. */
  private static List<List<Digest>> alterations(List<Digest> proof, Random random) {
    List<List<Digest>> out = new ArrayList<>();
    out.add(with(proof, proof.size(), Digest.of("garbage")));
    out.add(with(proof, 0, Digest.of("garbage")));
    for (int i = 0; i < proof.size(); i++) {
      List<Digest> flipped = new ArrayList<>(proof);
      flipped.set(i, flip(proof.get(i), random));
      out.add(flipped);
      List<Digest> dropped = new ArrayList<>(proof);
      dropped.remove(i);
      out.add(dropped);
      out.add(with(proof, i, proof.get(i)));
    }
    return out;
  }

  private static List<Digest> with(List<Digest> proof, int at, Digest hash) {
    List<Digest> out = new ArrayList<>(proof);
    out.add(at, hash);
    return out;
  }

  private static Digest flip(Digest digest, Random random) {
    byte[] bytes = digest.bytes();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    try {
      return Digest.fromBytes(bytes);
    } catch (BadInput e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Executable check) {
    assertThrows(BadInput.class, check);
  }

  private static Random seeded() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    return new Random(seed);
  }
}
