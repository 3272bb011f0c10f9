package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The egress budgets and token quotas of the current UTC day.
 *
 * <p>INVARIANT: an answer byte leaves only inside a block that is durable in the log as {@code
 * budget.block} (spec/audit-log.md §2). What a block has left stays with its principal and model
 * for their next request, and is lost with the process: after a crash an open block counts as used.
 *
 * <p>Thread-safe; nothing here blocks or calls out while it holds the lock.
 */
public final class Ledger {
  /** Bytes of one block, unless the budget has less left or one piece needs more. */
  static final long BLOCK_BYTES = 64 << 10;

  /** Tokens of one block, likewise. */
  static final long BLOCK_TOKENS = 8192;

  /** Who uses what, and how much both may per day. */
  record Account(
      String principal, String model, long bytesPerDay, long tokensPerDay, long modelBytesPerDay) {
    private Key key() {
      return new Key(principal, model);
    }
  }

  /** The answer to a wish to let bytes out. */
  sealed interface Grant {
    /** Taken: let them out. */
    record Granted() implements Grant {}

    /** A block is being logged: ask again when this completes; if it fails, nothing may leave. */
    record Waiting(CompletionStage<Void> durable) implements Grant {}

    /** The day's budget has no such block. */
    record Exhausted(Kind kind) implements Grant {}
  }

  /** What ran out. */
  enum Kind {
    BYTES,
    TOKENS
  }

  private record Key(String principal, String model) {}

  private record Used(long bytes, long tokens) {
    static final Used NOTHING = new Used(0, 0);

    Used plus(Used more) {
      // Saturates: the log of one day cannot hold 2^62 bytes, but restore() reads what it is given.
      return new Used(
          Math.min(Long.MAX_VALUE / 2, bytes + more.bytes),
          Math.min(Long.MAX_VALUE / 2, tokens + more.tokens));
    }
  }

  /** What is left of the blocks of one principal and model. */
  private static final class Cell {
    private long bytes;
    private long tokens;
    private CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);
  }

  private final Recorder recorder;
  private final Clock clock;
  private final Map<Key, Cell> cells = new HashMap<>();
  private final Map<String, Used> principals = new HashMap<>();
  private final Map<String, Used> models = new HashMap<>();
  private LocalDate day;

  public Ledger(Recorder recorder, Clock clock) {
    this.recorder = Services.guarded(recorder);
    this.clock = clock;
    this.day = today();
  }

  /** Counts a {@code budget.block} entry of the log; entries of other days change nothing. */
  public synchronized void restore(Json.Obj block) throws BadInput {
    roll();
    Used used = new Used(block.integer("bytes"), block.integer("tokens"));
    if (used.bytes < 0 || used.tokens < 0) {
      throw new BadInput("budget.block with a negative amount");
    }
    if (block.string("day").equals(day.toString())) {
      count(block.string("principal"), block.string("model"), used);
    }
  }

  /** Opens a first block ahead of need, so that the log's latency hides behind the runtime's. */
  Grant prepare(Account account) {
    return take(account, 1, 1, true, false);
  }

  /** Takes bytes and tokens out of the account's open block, or opens one. */
  Grant take(Account account, long bytes, long tokens) {
    return take(account, bytes, tokens, false, false);
  }

  /**
   * As {@link #take(Account, long, long)}, for tokens that the runtime has already used: the token
   * quota may be overrun by one request, and the next is refused.
   */
  Grant settle(Account account, long bytes, long tokens) {
    return take(account, bytes, tokens, false, true);
  }

  /** Tokens that the principal may still use today, counting what its open block has left. */
  synchronized long tokensLeft(Account account) {
    roll();
    long unlogged = account.tokensPerDay - used(principals, account.principal).tokens;
    return Math.max(0, unlogged) + cell(account).tokens;
  }

  /** Until budgets start anew. */
  Duration untilTomorrow() {
    return Duration.between(
        clock.instant(), today().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  private Grant take(Account account, long bytes, long tokens, boolean peek, boolean overrun) {
    Cell cell;
    Used block;
    CompletableFuture<Void> durable;
    Json.Obj entry;
    synchronized (this) {
      roll();
      cell = cell(account);
      if (cell.bytes >= bytes && cell.tokens >= tokens) {
        cell.bytes -= peek ? 0 : bytes;
        cell.tokens -= peek ? 0 : tokens;
        return new Grant.Granted();
      }
      if (!cell.opening.isDone()) {
        return new Grant.Waiting(cell.opening);
      }
      long bytesShort = Math.max(0, bytes - cell.bytes);
      long tokensShort = Math.max(0, tokens - cell.tokens);
      long bytesLeft = bytesLeft(account);
      long tokensLeft =
          Math.max(0, account.tokensPerDay - used(principals, account.principal).tokens);
      if (bytesShort > bytesLeft) {
        return new Grant.Exhausted(Kind.BYTES);
      }
      if (tokensShort > tokensLeft && !overrun) {
        return new Grant.Exhausted(Kind.TOKENS);
      }
      block =
          new Used(
              bytesShort == 0 ? 0 : Math.min(bytesLeft, Math.max(BLOCK_BYTES, bytesShort)),
              Math.max(tokensShort, Math.min(tokensLeft, BLOCK_TOKENS)));
      // Counted before it is durable: two openings at once can never exceed the budget.
      count(account.principal, account.model, block);
      durable = new CompletableFuture<>();
      cell.opening = durable;
      entry = entry(account, block);
    }
    append(cell, block, entry, durable);
    return new Grant.Waiting(durable);
  }

  private void append(Cell cell, Used block, Json.Obj entry, CompletableFuture<Void> durable) {
    CompletionStage<Void> appended = recorder.record("budget.block", entry);
    appended.whenComplete((nothing, failure) -> {
      if (failure == null) {
        synchronized (this) {
          cell.bytes += block.bytes;
          cell.tokens += block.tokens;
        }
        durable.complete(null);
      } else {
        // The entry may be in the log all the same, so it stays counted.
        durable.completeExceptionally(failure);
      }
    });
  }

  private Json.Obj entry(Account account, Used block) {
    return Json.obj()
        .put("principal", account.principal)
        .put("model", account.model)
        .put("bytes", block.bytes)
        .put("tokens", block.tokens)
        .put("day", day.toString())
        .build();
  }

  private long bytesLeft(Account account) {
    long own = account.bytesPerDay - used(principals, account.principal).bytes;
    long whole = account.modelBytesPerDay - used(models, account.model).bytes;
    return Math.max(0, Math.min(own, whole));
  }

  private void count(String principal, String model, Used used) {
    principals.merge(principal, used, Used::plus);
    models.merge(model, used, Used::plus);
  }

  private static Used used(Map<String, Used> totals, String name) {
    return totals.getOrDefault(name, Used.NOTHING);
  }

  private Cell cell(Account account) {
    return cells.computeIfAbsent(account.key(), key -> new Cell());
  }

  /** A block is of one day; what it has left at midnight is void. */
  private void roll() {
    LocalDate now = today();
    if (now.isAfter(day)) {
      day = now;
      cells.clear();
      principals.clear();
      models.clear();
    }
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
