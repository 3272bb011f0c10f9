package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Signed;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Carries out what two security administrators order about root keys. Thread-safe. */
final class RootOrders {
  /** The entry that must be in the log before an order is carried out. */
  static final String ORDERED = "root-key.ordered";

  private final Pins pins;
  private final RootKeys keys;
  private final Store store;
  private final Journal journal;

  RootOrders(Pins pins, RootKeys keys, Store store, Journal journal) {
    this.pins = pins;
    this.keys = keys;
    this.store = store;
    this.journal = journal;
  }

  /** Answers {@code root-keys}: which there are. */
  Json.Obj list() {
    String current = keys.ring().current().orElse(RootOrder.NONE);
    List<Json> list = new ArrayList<>();
    for (RootList.Entry entry : keys.list().entries()) {
      Json.Builder json =
          Json.obj()
              .put("id", entry.id())
              .put("provider", entry.kind().provider())
              .put("place", entry.kind().place())
              .put("since", entry.since())
              .put("doomed", entry.doomed())
              .put("current", entry.id().equals(current));
      keys.unreachable(entry.id()).ifPresent(why -> json.put("unreachable", why));
      list.add(json.build());
    }
    return Json.obj().put("current", current).put("keys", Json.arr(list)).build();
  }

  /** What holds the key that wraps, for {@code status}: {@code file}, …, {@code none}. */
  String provider() {
    return keys.list().inForce().map(entry -> entry.kind().provider()).orElse(RootOrder.NONE);
  }

  /** Answers {@code root-order}. */
  synchronized Json.Obj carryOut(Json.Obj request) throws Refusal {
    Instant now = store.now();
    Envelope envelope = Code.REQUEST.check(() -> Envelope.parse(request.object("order")));
    Signed signed = Code.APPROVAL.check(() -> pins.root().verify(envelope));
    RootOrder order = Code.APPROVAL.check(() -> RootOrder.parse(signed, now));
    LoggedIntent intent = Code.REQUEST.check(() -> LoggedIntent.parse(request));
    Json.Obj data = Json.obj().put("envelope", envelope.toJson()).build();
    intent.require(ORDERED, data, pins, store.memory());
    return switch (order.action()) {
      case ROTATE -> rotate(signed, order, now);
      case DESTROY -> destroy(signed, order, now);
    };
  }

  private Json.Obj rotate(Signed signed, RootOrder order, Instant now) throws Refusal {
    String current = keys.ring().current().orElse(RootOrder.NONE);
    Code.REPLAY.require(
        order.key().equals(current), "order replaces " + order.key() + "; current is " + current);
    write(signed, order, now);
    try {
      RootList.Entry made = keys.rotate(order.to(), now);
      return Json.obj()
          .put("current", made.id())
          .put("place", made.kind().place())
          .put("previous", current)
          .build();
    } catch (KeyUnavailable | BadInput e) {
      throw Code.ROOT_KEY.because(e);
    } catch (IOException e) {
      throw failed("keyd cannot make or store a root key", e);
    }
  }

  private Json.Obj destroy(Signed signed, RootOrder order, Instant now) throws Refusal {
    RootList.Entry entry =
        keys.list().entries().stream()
            .filter(e -> e.id().equals(order.key()))
            .findFirst()
            .orElseThrow(
                () -> Code.REPLAY.because("there is no root key " + Json.clip(order.key())));
    write(signed, order, now);
    try {
      keys.destroy(entry);
      return Json.obj().put("destroyed", order.key()).build();
    } catch (KeyUnavailable | BadInput e) {
      // It wraps and opens nothing any more, but whoever has its device can still open by it.
      throw Code.ROOT_KEY.because(
          "root key "
              + entry.id()
              + " may still exist ("
              + entry.kind().provider()
              + "): "
              + e.getMessage());
    } catch (IOException e) {
      throw failed("keyd cannot store its state; the key may still exist", e);
    }
  }

  /** keyd keeps a record of its own beside the log. */
  private void write(Signed signed, RootOrder order, Instant now) throws Refusal {
    Json.Builder data =
        Json.obj()
            .put("order", signed.id())
            .put("action", order.action().name())
            .put("key", order.key());
    order.to().ifPresent(to -> data.put("to", to.place()));
    try {
      journal.write(now, "root-key", data.build());
    } catch (IOException e) {
      throw failed("keyd cannot write its journal", e);
    }
  }

  private static Refusal failed(String what, Exception cause) {
    Refusal refusal = Code.STORE.because(what);
    refusal.initCause(cause);
    return refusal;
  }
}
