package dev.sallyport.audit;

import dev.sallyport.core.Digest;
import dev.sallyport.tlog.EntryBundle;
import dev.sallyport.tlog.HashTile;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.TilePath;
import dev.sallyport.tlog.TreeHead;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The right edge of the tree: per level the hashes of the tile that is not full yet, and the full
 * tiles that are not on disk yet. Every entry in it is durable, in the journal or in tiles.
 *
 * <p>One thread adds; any thread reads.
 */
final class LogTree {
  private final List<List<Digest>> edges = new ArrayList<>();
  private final List<byte[]> lastEntries = new ArrayList<>();
  private final Map<TilePath, byte[]> pending = new LinkedHashMap<>();
  private long size;

  /**
   * A tree whose entries below {@code size}, a multiple of 256, are all in tiles on disk.
   *
   * @param edges from level 1 on, the hashes of the tile that is not full
   */
  LogTree(long size, List<List<Digest>> edges) {
    this.size = size;
    this.edges.add(new ArrayList<>());
    edges.forEach(edge -> this.edges.add(new ArrayList<>(edge)));
  }

  synchronized long size() {
    return size;
  }

  synchronized void add(List<byte[]> leaves) {
    for (byte[] leaf : leaves) {
      lastEntries.add(leaf);
      size++;
      if (lastEntries.size() == TilePath.FULL) {
        TilePath bundle = TilePath.full(TilePath.ENTRIES, size / TilePath.FULL - 1);
        pending.put(bundle, EntryBundle.bytes(lastEntries));
        lastEntries.clear();
      }
      push(0, Merkle.leafHash(leaf));
    }
  }

  private void push(int level, Digest hash) {
    if (level == edges.size()) {
      edges.add(new ArrayList<>());
    }
    List<Digest> edge = edges.get(level);
    edge.add(hash);
    if (edge.size() == TilePath.FULL) {
      long index = TilePath.countAt(level, size) / TilePath.FULL - 1;
      pending.put(TilePath.full(level, index), HashTile.bytes(edge));
      Digest root = Merkle.root(edge);
      edge.clear();
      push(level + 1, root);
    }
  }

  /** Size and root. The edges, upper levels first, are the perfect subtrees of the whole tree. */
  synchronized TreeHead head() {
    return head(size, edges);
  }

  /** The head without the entries of the bundle that is not full. */
  synchronized TreeHead fullHead() {
    return head(size - lastEntries.size(), edges.subList(1, edges.size()));
  }

  private static TreeHead head(long size, List<List<Digest>> edges) {
    List<Digest> rest = List.of();
    for (List<Digest> edge : edges) {
      List<Digest> hashes = new ArrayList<>(edge);
      hashes.addAll(rest);
      rest = hashes.isEmpty() ? hashes : List.of(Merkle.root(hashes));
    }
    return new TreeHead(size, Merkle.root(rest));
  }

  /** What must be on disk for the tree as it is: its full tiles and its partial tiles. */
  record Snapshot(TreeHead head, Map<TilePath, byte[]> full, Map<TilePath, byte[]> partial) {}

  synchronized Snapshot snapshot() {
    Map<TilePath, byte[]> partial = new LinkedHashMap<>();
    if (!lastEntries.isEmpty()) {
      TilePath bundle = TilePath.entries(size / TilePath.FULL, lastEntries.size());
      partial.put(bundle, EntryBundle.bytes(lastEntries));
    }
    for (int level = 0; level < edges.size(); level++) {
      List<Digest> edge = edges.get(level);
      if (!edge.isEmpty()) {
        long index = TilePath.countAt(level, size) / TilePath.FULL;
        partial.put(new TilePath(level, index, edge.size()), HashTile.bytes(edge));
      }
    }
    return new Snapshot(head(), new LinkedHashMap<>(pending), partial);
  }

  /** Forgets tiles that are on disk now. */
  synchronized void published(Map<TilePath, byte[]> tiles) {
    pending.keySet().removeAll(tiles.keySet());
  }

  /** The entries of the bundle that is not full. */
  synchronized List<byte[]> lastEntries() {
    return List.copyOf(lastEntries);
  }

  /** The hashes at the right edge of a level, if this is the tile there. */
  synchronized Optional<List<Digest>> edge(int level, long index) {
    return level < edges.size() && index == TilePath.countAt(level, size) / TilePath.FULL
        ? Optional.of(List.copyOf(edges.get(level)))
        : Optional.empty();
  }

  /** A full tile or bundle that is not on disk yet. */
  synchronized Optional<byte[]> pending(TilePath tile) {
    return Optional.ofNullable(pending.get(tile));
  }
}
