package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.AuditLog;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.Governance;
import dev.sallyport.release.Outcome;
import java.time.InstantSource;
import java.util.List;

/**
 * The log and what it means: governance and registry are projections of it, changed only by entries
 * that are durable (DESIGN invariant 3). Any thread may call it; one lock guards all.
 */
final class Book {
  private final AuditLog log;
  private final Governance governance;
  private final Registry registry;

  private Book(AuditLog log, TrustRoot root, InstantSource clock) {
    this.log = log;
    this.governance = new Governance(root, clock, log::append);
    this.registry = new Registry(root);
  }

  /** Told of budget blocks that were in the log. */
  interface Blocks {
    void restore(Json.Obj block) throws BadInput;
  }

  /** Reads the whole log; fails if it holds what an honest server cannot have written. */
  static Book open(AuditLog log, TrustRoot root, InstantSource clock, Blocks blocks)
      throws AuditFailure, BadInput {
    Book book = new Book(log, root, clock);
    log.<BadInput>replay(
        0,
        (index, entry) -> {
          book.governance.replay(index, entry);
          book.registry.apply(index, entry);
          if (entry.type().equals("budget.block")) {
            blocks.restore(entry.data());
          }
        });
    return book;
  }

  /** Writes the first entries of a new installation: trust root, policy, thresholds. */
  synchronized void begin(Json.Obj genesis) throws AuditFailure, BadInput {
    if (log.size() > 0) {
      return;
    }
    append(
        "installation.created", Json.obj().put("trustRoot", genesis.object("trustRoot")).build());
    for (String document : List.of("policy", "thresholds")) {
      Outcome outcome = submit(Envelope.parse(genesis.object(document)));
      if (outcome instanceof Outcome.Refused refused) {
        throw new BadInput("genesis " + document + ": " + refused.reasons().getFirst().text());
      }
    }
  }

  AuditLog log() {
    return log;
  }

  /** Thread-safe by itself, for reading. */
  Governance governance() {
    return governance;
  }

  /** Something read from the registry. */
  interface Reading<T, X extends Exception> {
    T of(Registry registry) throws X;
  }

  synchronized <T, X extends Exception> T read(Reading<T, X> reading) throws X {
    return reading.of(registry);
  }

  /** A statement that governs releases. */
  synchronized Outcome submit(Envelope envelope) throws AuditFailure, BadInput {
    Outcome outcome = governance.submit(envelope);
    if (outcome instanceof Outcome.Accepted accepted) {
      register(accepted.receipts());
    }
    return outcome;
  }

  /** What time made due. */
  synchronized List<Receipt> sweep() throws AuditFailure {
    List<Receipt> receipts = governance.sweep();
    register(receipts);
    return receipts;
  }

  private void register(List<Receipt> receipts) {
    try {
      for (Receipt receipt : receipts) {
        registry.apply(receipt.index(), receipt.entry());
      }
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: admitted entry does not register", e);
    }
  }

  /** A condition that must hold when the entry is written; checked under the lock. */
  interface Condition<X extends Exception> {
    void check(Registry registry) throws X, BadInput;
  }

  /** Appends an entry of another kind if {@code condition} holds; in effect when it returns. */
  synchronized <X extends Exception> Receipt append(
      String type, Json.Obj data, Condition<X> condition) throws AuditFailure, BadInput, X {
    condition.check(registry);
    return append(type, data);
  }

  synchronized Receipt append(String type, Json.Obj data) throws AuditFailure, BadInput {
    Receipt receipt = log.append(type, data);
    governance.replay(receipt.index(), receipt.entry());
    registry.apply(receipt.index(), receipt.entry());
    return receipt;
  }

  /** Has keyd cosign; false if it could not: then the entries are durable but not yet witnessed. */
  boolean cosign() {
    try {
      log.cosign();
      return true;
    } catch (AuditFailure e) {
      System.getLogger("server")
          .log(System.Logger.Level.WARNING, "checkpoint not cosigned: {0}", e.getMessage());
      return false;
    }
  }
}
