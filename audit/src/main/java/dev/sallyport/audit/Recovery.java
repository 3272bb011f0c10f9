package dev.sallyport.audit;

import dev.sallyport.audit.AuditFailure.Reason;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.tlog.CosignedCheckpoint;
import dev.sallyport.tlog.Merkle;
import dev.sallyport.tlog.SignedCheckpoint;
import dev.sallyport.tlog.TilePath;
import dev.sallyport.tlog.TreeHead;
import dev.sallyport.tlog.UnverifiedCheckpoint;
import dev.sallyport.tlog.UnverifiedNote;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens the files of a log after any end of the process before. The head that starts the journal is
 * signed and vouches for all tiles below it; the journal holds the rest; the checkpoint must be a
 * prefix of both together.
 */
final class Recovery {
  private final LogFiles files;
  private final LogIdentity identity;

  /** A log's files, opened. */
  record Opened(
      LogFiles files,
      FileChannel lock,
      Journal journal,
      LogTree tree,
      LogReader reader,
      Proofs proofs,
      Optional<CosignedCheckpoint> checkpoint,
      Instant lastTime) {}

  private Recovery(LogFiles files, LogIdentity identity) {
    this.files = files;
    this.identity = identity;
  }

  static Opened open(Path dir, LogIdentity identity, CheckpointSigner signer) throws AuditFailure {
    LogFiles files = new LogFiles(dir);
    FileChannel lock;
    try {
      Files.createDirectories(dir);
      lock = lock(files.path(LogFiles.LOCK));
    } catch (IOException e) {
      throw AuditFailure.storage("log cannot be opened", e);
    }
    try {
      return new Recovery(files, identity).recover(lock, signer);
    } catch (AuditFailure | RuntimeException e) {
      release(lock, e);
      throw e;
    }
  }

  private static FileChannel lock(Path file) throws IOException, AuditFailure {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new AuditFailure(Reason.LOCKED, "log is already open in this process", e);
    }
    channel.close();
    throw new AuditFailure(Reason.LOCKED, "log is open in another process");
  }

  private static void release(FileChannel lock, Exception cause) {
    try {
      lock.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private Opened recover(FileChannel lock, CheckpointSigner signer) throws AuditFailure {
    try {
      files.prepare();
      startIfEmpty(signer);
      byte[] bytes =
          files
              .read(LogFiles.JOURNAL, Journal.MAX_BYTES)
              .orElseThrow(() -> AuditFailure.corrupt("journal: the file is missing"));
      Journal.Contents contents = Journal.read(bytes);
      LogTree tree = baseTree(UnverifiedCheckpoint.parse(contents.head()).verify(identity.log()));
      long base = tree.size();
      addRuns(tree, contents.runs());
      LogReader reader = new LogReader(files, tree);
      Proofs proofs = new Proofs(reader::subtree);
      Optional<CosignedCheckpoint> checkpoint = checkpoint(tree.head(), proofs);
      Instant lastTime = lastTime(tree.size(), reader);
      Journal journal = Journal.open(files.path(LogFiles.JOURNAL), contents, base);
      return new Opened(files, lock, journal, tree, reader, proofs, checkpoint, lastTime);
    } catch (IOException e) {
      throw AuditFailure.storage("log cannot be opened", e);
    } catch (BadInput e) {
      throw new AuditFailure(Reason.CORRUPT, String.valueOf(e.getMessage()), e);
    }
  }

  private void startIfEmpty(CheckpointSigner signer) throws IOException {
    boolean empty =
        !Files.exists(files.path(LogFiles.JOURNAL))
            && !Files.exists(files.path(LogFiles.CHECKPOINT))
            && !Files.exists(files.path("tile"));
    if (empty) {
      String head = signer.sign(TreeHead.EMPTY);
      files.replace(LogFiles.JOURNAL, Journal.initial(head, 0, List.of()));
    }
  }

  /** The right edge above level 0, recomputed from full tiles and held against the signed head. */
  private LogTree baseTree(SignedCheckpoint head) throws AuditFailure {
    LogReader raw = new LogReader(files, new LogTree(0, List.of()));
    List<List<Digest>> edges = new ArrayList<>();
    for (int level = 1; TilePath.countAt(level, head.size()) > 0; level++) {
      long count = TilePath.countAt(level, head.size());
      List<Digest> edge = new ArrayList<>();
      for (long i = count - count % TilePath.FULL; i < count; i++) {
        edge.add(Merkle.root(raw.unverified(TilePath.full(level - 1, i))));
      }
      edges.add(edge);
    }
    LogTree tree = new LogTree(head.size(), edges);
    if (head.size() % TilePath.FULL != 0 || !tree.head().root().equals(head.root())) {
      throw AuditFailure.corrupt(
          "tile/: the tiles of the first " + head.size() + " entries do not have the signed root");
    }
    return tree;
  }

  private static void addRuns(LogTree tree, List<Journal.Run> runs) throws AuditFailure {
    for (Journal.Run run : runs) {
      if (run.first() != tree.size()) {
        throw AuditFailure.corrupt(
            "journal: record of entry " + run.first() + " where " + tree.size() + " is due");
      }
      tree.add(run.entries());
    }
  }

  private Optional<CosignedCheckpoint> checkpoint(TreeHead head, Proofs proofs)
      throws AuditFailure, IOException, BadInput {
    Optional<byte[]> note = files.read(LogFiles.CHECKPOINT, UnverifiedNote.MAX_BYTES);
    if (note.isEmpty()) {
      return Optional.empty();
    }
    CosignedCheckpoint checkpoint;
    try {
      checkpoint =
          UnverifiedCheckpoint.parse(note.get()).verify(identity.log(), identity.witness());
    } catch (BadInput e) {
      throw new AuditFailure(Reason.CORRUPT, "checkpoint: " + e.getMessage(), e);
    }
    if (checkpoint.size() > head.size()) {
      throw AuditFailure.corrupt(
          "checkpoint: it is of " + checkpoint.size() + " entries, log has " + head.size());
    }
    if (!proofs.root(checkpoint.size()).equals(checkpoint.root())) {
      throw AuditFailure.corrupt(
          "checkpoint: the first " + checkpoint.size() + " entries have another root");
    }
    return Optional.of(checkpoint);
  }

  private static Instant lastTime(long size, LogReader reader) throws AuditFailure, BadInput {
    if (size == 0) {
      return Instant.EPOCH;
    }
    List<byte[]> last = reader.entries((size - 1) / TilePath.FULL);
    return Entry.parse(last.get((int) ((size - 1) % TilePath.FULL))).time();
  }
}
