package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.TilePath;
import dev.sallyport.tlog.UnverifiedCheckpoint;
import dev.sallyport.tlog.UnverifiedNote;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Verifies a log offline from its directory and the trust root alone (spec/audit-log.md §5). It
 * shares no state with {@link AuditLog}, takes no lock and may run beside it; entries that no
 * checkpoint covers yet are not looked at.
 *
 * @param entries how many entries the checkpoint covers and were verified
 * @param tiles how many tile and bundle files were compared
 * @param envelopes how many signed statements in entries were verified
 * @param checks what was done, in order; a check that is not listed was not done
 * @param failures each names its file or its entry; at most {@value #MAX_FAILURES} are listed
 */
public record LogCheck(
    long entries, long tiles, long envelopes, List<Check> checks, List<String> failures) {
  static final int MAX_FAILURES = 100;

  /** The parts of the verification. */
  public enum Check {
    /** The log's signature and the witness's cosignature on the checkpoint. */
    SIGNATURES,
    /** Every tile recomputed from the entries. */
    TILES,
    /** The root recomputed. */
    ROOT,
    /** Entries are well-formed and their times do not go backwards. */
    TIMES,
    /** Every envelope in an entry, and the trust root in the first. */
    ENVELOPES
  }

  public LogCheck {
    checks = List.copyOf(checks);
    failures = List.copyOf(failures);
  }

  /** Whether all of it was done and held. */
  public boolean held() {
    return failures.isEmpty() && checks.containsAll(List.of(Check.values()));
  }

  /**
   * Verifies the log in a directory.
   *
   * @param dir the directory {@code log/}
   * @param root the pinned trust root
   * @throws IOException if a file cannot be read; then nothing is known
   */
  public static LogCheck run(Path dir, TrustRoot root) throws IOException {
    LogFiles files = new LogFiles(dir);
    CheckReport report = new CheckReport();
    Optional<CosignedCheckpoint> checkpoint = checkpoint(files, root, report);
    if (checkpoint.isPresent()) {
      report.done(Check.SIGNATURES);
      entries(files, root, checkpoint.get(), report);
    }
    return report.result();
  }

  private static Optional<CosignedCheckpoint> checkpoint(
      LogFiles files, TrustRoot root, CheckReport report) throws IOException {
    try {
      Optional<byte[]> note = files.read(LogFiles.CHECKPOINT, UnverifiedNote.MAX_BYTES);
      if (note.isEmpty()) {
        report.failed("checkpoint: the file is missing");
        return Optional.empty();
      }
      LogIdentity identity = LogIdentity.of(root);
      return Optional.of(
          UnverifiedCheckpoint.parse(note.get()).verify(identity.log(), identity.witness()));
    } catch (BadInput e) {
      report.failed("checkpoint: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void entries(
      LogFiles files, TrustRoot root, CosignedCheckpoint checkpoint, CheckReport report)
      throws IOException {
    TileCheck tiles = new TileCheck(files, report);
    EntryCheck content = new EntryCheck(root, report);
    long size = checkpoint.size();
    for (long first = 0; first < size; first += TilePath.FULL) {
      int width = (int) Math.min(TilePath.FULL, size - first);
      Optional<List<byte[]>> bundle = tiles.bundle(first / TilePath.FULL, width);
      if (bundle.isEmpty()) {
        return; // The failure is reported; nothing after the gap can be recomputed.
      }
      for (byte[] leaf : bundle.get()) {
        content.entry(leaf);
      }
    }
    tiles.finish();
    report.done(Check.TILES);
    if (tiles.root().equals(checkpoint.root())) {
      report.done(Check.ROOT);
    } else {
      report.failed("checkpoint: the entries have another root than the one signed");
    }
    content.finish();
  }
}
