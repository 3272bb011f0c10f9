package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.tlog.EntryBundle;
import dev.sallyport.tlog.HashTile;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.TilePath;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads entries and hashes, from memory or from disk. What comes from disk is verified against the
 * tile above it, up to the right edge in memory, whose root was verified when the log was opened.
 */
final class LogReader {
  private static final int CACHED_TILES = 128;

  private final LogFiles files;
  private final LogTree tree;
  private final Map<TilePath, List<Digest>> verified =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<TilePath, List<Digest>> eldest) {
              return size() > CACHED_TILES;
            }
          });

  LogReader(LogFiles files, LogTree tree) {
    this.files = files;
    this.tree = tree;
  }

  /** The entries of a bundle that are durable now, 1 to 256. */
  List<byte[]> entries(long index) throws AuditFailure {
    synchronized (tree) {
      if (index == tree.size() / TilePath.FULL) {
        return tree.lastEntries();
      }
    }
    TilePath path = TilePath.full(TilePath.ENTRIES, index);
    Optional<byte[]> inMemory = tree.pending(path);
    byte[] bytes = inMemory.isPresent() ? inMemory.get() : fromDisk(path);
    try {
      List<byte[]> entries = EntryBundle.parse(bytes, TilePath.FULL);
      if (inMemory.isEmpty()
          && !entries.stream().map(Merkle::leafHash).toList().equals(tile(0, index))) {
        throw AuditFailure.corrupt(path + ": entries do not hash to the tree");
      }
      return entries;
    } catch (BadInput e) {
      throw new AuditFailure(AuditFailure.Reason.CORRUPT, path + ": " + e.getMessage(), e);
    }
  }

  /** The hash of the perfect subtree of {@code 2^height} leaves. */
  Digest subtree(int height, long index) throws AuditFailure {
    int width = 1 << (height % 8);
    long first = index * width;
    int offset = (int) (first % TilePath.FULL);
    List<Digest> tile = tile(height / 8, first / TilePath.FULL);
    return Merkle.root(tile.subList(offset, offset + width));
  }

  private List<Digest> tile(int level, long index) throws AuditFailure {
    Optional<List<Digest>> edge = tree.edge(level, index);
    if (edge.isPresent()) {
      return edge.get();
    }
    TilePath path = TilePath.full(level, index);
    List<Digest> known = verified.get(path);
    if (known == null) {
      Optional<byte[]> inMemory = tree.pending(path);
      known = inMemory.isPresent() ? hashes(path, inMemory.get()) : verifiedFromDisk(path);
      verified.put(path, known);
    }
    return known;
  }

  private List<Digest> verifiedFromDisk(TilePath path) throws AuditFailure {
    List<Digest> hashes = unverified(path);
    Digest above =
        tile(path.level() + 1, path.index() / TilePath.FULL)
            .get((int) (path.index() % TilePath.FULL));
    if (!Merkle.root(hashes).equals(above)) {
      throw AuditFailure.corrupt(path + ": hashes do not lead to the root");
    }
    return hashes;
  }

  /** A full tile as it is on disk. */
  List<Digest> unverified(TilePath path) throws AuditFailure {
    return hashes(path, fromDisk(path));
  }

  private static List<Digest> hashes(TilePath path, byte[] bytes) throws AuditFailure {
    try {
      return HashTile.parse(bytes, TilePath.FULL);
    } catch (BadInput e) {
      throw new AuditFailure(AuditFailure.Reason.CORRUPT, path + ": " + e.getMessage(), e);
    }
  }

  private byte[] fromDisk(TilePath path) throws AuditFailure {
    try {
      return files
          .read(path)
          .orElseThrow(() -> AuditFailure.corrupt(path + ": the file is missing"));
    } catch (IOException e) {
      throw AuditFailure.storage(path + " cannot be read", e);
    } catch (BadInput e) {
      throw new AuditFailure(AuditFailure.Reason.CORRUPT, path + ": " + e.getMessage(), e);
    }
  }
}
