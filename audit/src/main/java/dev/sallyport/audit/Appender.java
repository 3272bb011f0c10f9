package dev.sallyport.audit;

import dev.sallyport.audit.AuditFailure.Reason;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.tlog.EntryBundle;
import dev.sallyport.tlog.TilePath;
import dev.sallyport.tlog.TreeHead;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that writes the log. It takes what waits in a bounded queue, gives it to the
 * journal in one write, and acknowledges all of it together (group commit).
 *
 * <p>Order of every append: journal durable, then visible in the tree, then acknowledged.
 */
final class Appender implements AutoCloseable {
  private static final int QUEUE = 4096;
  private static final int BATCH_BYTES = 1 << 20;
  private static final long ROTATE_BYTES = 1 << 20;
  private static final long OFFER_SECONDS = 5;

  private final BlockingQueue<Request> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread thread = new Thread(this::run, "audit-log");
  private final LogFiles files;
  private final LogTree tree;
  private final HeadSigner signer;
  private final InstantSource clock;
  private Journal journal;
  private Instant lastTime;
  private volatile boolean closed;

  /** Signs a head as a note. */
  interface HeadSigner {
    String sign(TreeHead head);
  }

  private sealed interface Request {
    CompletableFuture<?> answer();
  }

  private record Append(String type, Json.Obj data, CompletableFuture<Receipt> answer)
      implements Request {}

  private record Integrate(CompletableFuture<TreeHead> answer) implements Request {}

  private record Stop(CompletableFuture<Void> answer) implements Request {}

  Appender(
      LogFiles files,
      LogTree tree,
      Journal journal,
      HeadSigner signer,
      InstantSource clock,
      Instant lastTime) {
    this.files = files;
    this.tree = tree;
    this.journal = journal;
    this.signer = signer;
    this.clock = clock;
    this.lastTime = lastTime;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  /** Never blocks: a full queue fails the future. */
  CompletableFuture<Receipt> offer(String type, Json.Obj data) {
    Append request = new Append(type, data, new CompletableFuture<>());
    if (!queue.offer(request)) {
      request.answer().completeExceptionally(overloaded());
    }
    failIfClosed(request);
    return request.answer();
  }

  /** Waits a while for room in the queue. */
  CompletableFuture<Receipt> put(String type, Json.Obj data) throws InterruptedException {
    Append request = new Append(type, data, new CompletableFuture<>());
    if (!queue.offer(request, OFFER_SECONDS, TimeUnit.SECONDS)) {
      request.answer().completeExceptionally(overloaded());
    }
    failIfClosed(request);
    return request.answer();
  }

  /** Makes the tiles of the tree as it then is durable, partial ones too; answers its head. */
  CompletableFuture<TreeHead> integrate() throws InterruptedException {
    Integrate request = new Integrate(new CompletableFuture<>());
    if (!queue.offer(request, OFFER_SECONDS, TimeUnit.SECONDS)) {
      request.answer().completeExceptionally(overloaded());
    }
    failIfClosed(request);
    return request.answer();
  }

  private static AuditFailure overloaded() {
    return new AuditFailure(Reason.OVERLOADED, QUEUE + " appends are waiting; that is the limit");
  }

  private void failIfClosed(Request request) {
    // The thread may have ended before the request came into the queue; then nobody takes it.
    if (closed && queue.remove(request)) {
      request.answer().completeExceptionally(new AuditFailure(Reason.CLOSED, "log is closed"));
    }
  }

  private void run() {
    List<Request> taken = new ArrayList<>();
    boolean running = true;
    while (running) {
      try {
        taken.add(queue.take());
      } catch (InterruptedException e) {
        throw new IllegalStateException("internal error: nobody interrupts this thread", e);
      }
      queue.drainTo(taken);
      running = taken.stream().noneMatch(Stop.class::isInstance) && process(taken);
      taken.clear();
    }
    closed = true;
    queue.drainTo(taken);
    fail(taken, new AuditFailure(Reason.CLOSED, "log is closed"));
  }

  private static void fail(List<Request> requests, Throwable cause) {
    requests.forEach(request -> request.answer().completeExceptionally(cause));
  }

  /** False after a bug: then nobody may rely on what is in memory, and the thread ends. */
  private boolean process(List<Request> requests) {
    try {
      batch(requests);
      return true;
    } catch (RuntimeException | Error e) {
      closed = true;
      fail(requests, e);
      return false;
    }
  }

  private void batch(List<Request> requests) {
    Batch batch = new Batch();
    for (Request request : requests) {
      switch (request) {
        case Append append -> {
          batch.add(append);
          if (batch.bytes > BATCH_BYTES) {
            batch.commit();
            batch = new Batch();
          }
        }
        case Integrate integrate -> {
          batch.commit();
          batch = new Batch();
          integrateNow(integrate.answer());
        }
        case Stop stop -> stop.answer().complete(null);
      }
    }
    batch.commit();
  }

  private void integrateNow(CompletableFuture<TreeHead> answer) {
    LogTree.Snapshot snapshot = tree.snapshot();
    try {
      publish(snapshot);
      files.publish(snapshot.partial());
      answer.complete(snapshot.head());
    } catch (IOException e) {
      answer.completeExceptionally(AuditFailure.storage("tiles were not written", e));
    } catch (BadInput e) {
      answer.completeExceptionally(
          new AuditFailure(Reason.CORRUPT, String.valueOf(e.getMessage()), e));
    }
  }

  private void publish(LogTree.Snapshot snapshot) throws IOException, BadInput {
    files.publish(snapshot.full());
    tree.published(snapshot.full());
  }

  /** Moves the full tiles out of the journal: they become durable, then a new journal starts. */
  private void rotate() throws IOException, BadInput {
    LogTree.Snapshot snapshot = tree.snapshot();
    publish(snapshot);
    List<byte[]> rest = tree.lastEntries();
    TreeHead base = tree.fullHead();
    byte[] bytes = Journal.initial(signer.sign(base), base.size(), rest);
    files.replace(LogFiles.JOURNAL, bytes);
    journal.close();
    journal = Journal.open(files.path(LogFiles.JOURNAL), Journal.read(bytes), base.size());
  }

  /** Appends that become durable in one write. */
  private final class Batch {
    private final List<Append> requests = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<byte[]> leaves = new ArrayList<>();
    private Instant time = lastTime;
    private int bytes;

    void add(Append request) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      // INVARIANT: time never goes backwards along the log (spec/audit-log.md §1).
      time = now.isAfter(time) ? now : time;
      Entry entry = new Entry(request.type(), time, request.data());
      byte[] leaf = entry.leaf();
      if (leaf.length > EntryBundle.MAX_ENTRY) {
        String message = "entry of " + leaf.length + " bytes; limit " + EntryBundle.MAX_ENTRY;
        request.answer().completeExceptionally(new AuditFailure(Reason.TOO_LARGE, message));
        return;
      }
      requests.add(request);
      entries.add(entry);
      leaves.add(leaf);
      bytes += leaf.length + 2;
    }

    void commit() {
      if (requests.isEmpty()) {
        return;
      }
      long first = tree.size();
      try {
        // A rotation that moves no full bundle out would only write the same entries again.
        if (journal.appended() > ROTATE_BYTES && first - journal.base() >= TilePath.FULL) {
          rotate();
        }
        journal.append(first, leaves);
      } catch (IOException e) {
        fail(AuditFailure.storage("entry was not written", e));
        return;
      } catch (BadInput e) {
        fail(new AuditFailure(Reason.CORRUPT, String.valueOf(e.getMessage()), e));
        return;
      }
      lastTime = time;
      tree.add(leaves);
      for (int i = 0; i < requests.size(); i++) {
        requests.get(i).answer().complete(new Receipt(first + i, entries.get(i)));
      }
    }

    private void fail(AuditFailure failure) {
      requests.forEach(request -> request.answer().completeExceptionally(failure));
    }
  }

  /**
   * Lets what waits become durable, then ends the thread. Waits for a thread that closes already.
   */
  @Override
  public void close() throws IOException {
    closed = true;
    Stop stop = new Stop(new CompletableFuture<>());
    try {
      while (thread.isAlive() && !queue.offer(stop, 10, TimeUnit.MILLISECONDS)) {
        // The queue is full: the thread makes room, or has ended.
      }
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the log was closing", e);
    }
    journal.close();
  }
}
