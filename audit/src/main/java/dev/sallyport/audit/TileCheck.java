package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.tlog.EntryBundle;
import dev.sallyport.tlog.Frontier;
import dev.sallyport.tlog.HashTile;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.TilePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Recomputes every tile from the entries, in order, and compares it with the files: the one that
 * the checkpoint needs, and every partial tile that is still there.
 */
final class TileCheck {
  private final LogFiles files;
  private final CheckReport report;
  private final Frontier frontier = new Frontier();
  private final List<List<Digest>> edges = new ArrayList<>();
  private final List<Long> finished = new ArrayList<>();

  TileCheck(LogFiles files, CheckReport report) {
    this.files = files;
    this.report = report;
  }

  Digest root() {
    return frontier.root();
  }

  /** Reads the first {@code width} entries of a bundle and adds their hashes to the tree. */
  Optional<List<byte[]>> bundle(long index, int width) throws IOException {
    TilePath path = TilePath.entries(index, width);
    try {
      Optional<List<byte[]>> entries = entries(path);
      if (entries.isEmpty()) {
        report.failed(path + ": the file is missing");
        return entries;
      }
      compare(path, EntryBundle.bytes(entries.get()));
      for (byte[] entry : entries.get()) {
        Digest hash = Merkle.leafHash(entry);
        frontier.add(hash);
        push(0, hash);
      }
      return entries;
    } catch (BadInput e) {
      report.failed(path + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<List<byte[]>> entries(TilePath path) throws IOException, BadInput {
    Optional<byte[]> exact = files.read(path);
    if (exact.isPresent()) {
      return Optional.of(EntryBundle.parse(exact.get(), path.width()));
    }
    // A full bundle supersedes a partial one, which may then be deleted (tlog-tiles).
    Optional<byte[]> full = files.read(TilePath.full(TilePath.ENTRIES, path.index()));
    return full.isEmpty()
        ? Optional.empty()
        : Optional.of(EntryBundle.parse(full.get(), TilePath.FULL).subList(0, path.width()));
  }

  private void push(int level, Digest hash) throws IOException {
    if (level == edges.size()) {
      edges.add(new ArrayList<>());
      finished.add(0L);
    }
    List<Digest> edge = edges.get(level);
    edge.add(hash);
    if (edge.size() == TilePath.FULL) {
      long index = finished.get(level);
      hashes(TilePath.full(level, index), edge);
      finished.set(level, index + 1);
      Digest root = Merkle.root(edge);
      edge.clear();
      push(level + 1, root);
    }
  }

  /** Compares the partial tiles at the right edge. */
  void finish() throws IOException {
    for (int level = 0; level < edges.size(); level++) {
      List<Digest> edge = edges.get(level);
      if (!edge.isEmpty()) {
        hashes(new TilePath(level, finished.get(level), edge.size()), edge);
      }
    }
  }

  private void hashes(TilePath path, List<Digest> hashes) throws IOException {
    try {
      if (!compare(path, HashTile.bytes(hashes))) {
        report.failed(path + ": the file is missing");
      }
    } catch (BadInput e) {
      report.failed(path + ": " + e.getMessage());
    }
  }

  /** Compares all files of one tile; false if none of them serves {@code path}. */
  private boolean compare(TilePath path, byte[] recomputed) throws IOException, BadInput {
    boolean served = false;
    List<Integer> widths = new ArrayList<>(files.partialWidths(path.level(), path.index()));
    widths.add(TilePath.FULL);
    for (int width : widths) {
      TilePath at = new TilePath(path.level(), path.index(), width);
      Optional<byte[]> bytes = files.read(at);
      if (bytes.isPresent()) {
        report.countTile();
        requirePrefix(at, bytes.get(), recomputed, path);
        served |= width == path.width() || width == TilePath.FULL;
      }
    }
    return served;
  }

  /** Of two widths of one tile, the narrower must be the start of the wider. */
  private void requirePrefix(TilePath at, byte[] bytes, byte[] recomputed, TilePath path) {
    int width = path.width();
    int common = Math.min(bytes.length, recomputed.length);
    boolean lengths =
        at.width() == width
            ? bytes.length == recomputed.length
            : (at.width() < width) == (bytes.length < recomputed.length);
    boolean same = lengths && Arrays.equals(bytes, 0, common, recomputed, 0, common);
    if (!same) {
      report.failed(at + ": differs from what " + below(path) + " gives");
    } else if (!wellFormed(at, bytes)) {
      report.failed(at + ": does not hold " + at.width() + " whole items");
    }
  }

  private static boolean wellFormed(TilePath at, byte[] bytes) {
    try {
      return at.level() == TilePath.ENTRIES
          ? EntryBundle.parse(bytes, at.width()).size() == at.width()
          : HashTile.parse(bytes, at.width()).size() == at.width();
    } catch (BadInput e) {
      return false; // The caller names the file; what exactly is odd in it adds nothing.
    }
  }

  private static String below(TilePath at) {
    return switch (at.level()) {
      case TilePath.ENTRIES -> "another width of it";
      case 0 -> TilePath.entries(at.index(), at.width()).path();
      default -> "the level below";
    };
  }
}
