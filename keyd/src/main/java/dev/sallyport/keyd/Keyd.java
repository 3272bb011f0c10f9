package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The running daemon: three sockets, one for each peer, so that the server cannot even reach the
 * one on which leases are given (spec/key-release.md §1). Owned by {@link Main}.
 */
final class Keyd implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("keyd");

  /** What the daemon holds; the caller closes the keys. */
  record Keys(RootKeys root, RecipientKey recipient, SigningKey witness, SigningKey lease) {}

  private final Pins pins;
  private final Store store;
  private final Reading reading;
  private final Journal journal;
  private final Witness witness;
  private final Wrapping wrapping;
  private final Drafts drafts;
  private final Unsealing unsealing;
  private final Leases leases;
  private final Watchers watchers;
  private final RootOrders orders;
  private final List<Listener> listeners;

  Keyd(
      Path run,
      Pins pins,
      Keys keys,
      Store store,
      Reading reading,
      Journal journal,
      Duration keepAlive)
      throws IOException, BadInput {
    this.pins = pins;
    this.store = store;
    this.reading = reading;
    this.journal = journal;
    this.witness = new Witness(pins, keys.witness(), store, reading);
    this.wrapping = new Wrapping(keys.recipient(), keys.root().ring(), store);
    this.drafts = new Drafts(pins, keys.recipient(), keys.root().ring(), store);
    this.unsealing = new Unsealing(pins, keys.root().ring(), store, reading, journal);
    this.leases = new Leases(pins, keys.lease(), keys.root().ring(), store, reading, journal);
    this.orders = new RootOrders(pins, keys.root(), store, journal);
    this.watchers = new Watchers(keys.lease().verifyingKey(), store, reading, keepAlive);
    this.listeners =
        List.of(
            Listener.open(
                run.resolve("keyd/witness.sock"), Listener.Limits.DEFAULT, recorded(this::server)),
            Listener.open(
                run.resolve("keyd-seal/seal.sock"),
                Listener.Limits.DEFAULT,
                recorded(this::sealer)),
            Listener.open(
                run.resolve("keyd-lease/lease.sock"),
                Listener.Limits.DEFAULT,
                recorded(this::keeper)));
  }

  private void server(Json.Obj request, Listener.Exchange out)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "witness" -> out.ok(witness(request));
      case "revoke" -> out.ok(revoke(request));
      case "root-keys" -> out.ok(orders.list());
      case "root-order" -> out.ok(orders.carryOut(request));
      case "status" -> out.ok(status());
      default -> throw Code.OP.because("not an operation of this socket");
    }
  }

  private void sealer(Json.Obj request, Listener.Exchange out)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "draft" -> out.ok(drafts.keep(request));
      case "resume" -> out.ok(drafts.resume(request));
      case "wrap" -> out.ok(wrapping.wrap(request));
      case "unseal" -> out.ok(unsealing.grant(request));
      case "rewrap" -> out.ok(wrapping.rewrap(request));
      case "status" -> out.ok(status());
      default -> throw Code.OP.because("not an operation of this socket");
    }
  }

  private void keeper(Json.Obj request, Listener.Exchange out)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "lease" -> out.ok(leases.grant(request));
      case "watch" -> watchers.watch(request, out);
      case "status" -> out.ok(status());
      default -> throw Code.OP.because("not an operation of this socket");
    }
  }

  /** Whatever is refused, on any socket, is in the journal. */
  private Listener.Handler recorded(Listener.Handler handler) {
    return (request, out) -> {
      try {
        handler.answer(request, out);
      } catch (Refusal refusal) {
        journalRefusal(Json.clip(request.string("op")), refusal);
        throw refusal;
      }
    };
  }

  private void journalRefusal(String op, Refusal refusal) {
    LOG.log(
        System.Logger.Level.INFO,
        "op={0} refused={1} {2}",
        op,
        refusal.code(),
        refusal.getMessage());
    try {
      journal.write(
          store.memory().time(),
          "refused",
          Json.obj()
              .put("op", op)
              .put("code", refusal.code())
              .put("message", String.valueOf(refusal.getMessage()))
              .build());
    } catch (IOException e) {
      // The refusal stands all the same; what cannot be written is at least said.
      LOG.log(System.Logger.Level.ERROR, "journal cannot be written", e);
    }
  }

  /** What was read may have ended leases. */
  private Json.Obj witness(Json.Obj request) throws Refusal {
    Json.Obj answer = witness.cosign(request);
    watchers.revoked();
    return answer;
  }

  private Json.Obj revoke(Json.Obj request) throws Refusal {
    Revocation revocation = Code.REQUEST.check(() -> Revocation.parse(request, pins, reading));
    revocation.keep(store);
    watchers.revoked();
    try {
      journal.write(
          store.memory().time(),
          "revoked",
          Json.obj().put("id", revocation.id()).put("reason", revocation.reason()).build());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "journal cannot be written", e);
    }
    return Json.obj().put("revoked", revocation.id()).build();
  }

  private Json.Obj status() {
    Memory memory = store.memory();
    String pages;
    try (Secret probe = Secret.random()) {
      pages = probe.protection().label();
    }
    return Json.obj()
        .put("trustRoot", pins.root().id())
        .put("size", memory.head().size())
        .put("revoked", memory.revoked().size())
        .put("time", memory.time())
        .put("memory", pages)
        .put("rootKey", orders.provider())
        .build();
  }

  @Override
  public void close() throws IOException {
    watchers.close();
    for (Listener listener : listeners) {
      listener.close();
    }
  }
}
