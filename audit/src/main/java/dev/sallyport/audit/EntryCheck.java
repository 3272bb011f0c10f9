package dev.sallyport.audit;

import dev.sallyport.audit.LogCheck.Check;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.ApprovedOrder;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealRequest;
import java.time.Instant;

/** Checks entries one after another: form, times, and the signatures on what they carry. */
final class EntryCheck {
  private final TrustRoot root;
  private final CheckReport report;
  private Instant last = Instant.MIN;
  private long index;

  EntryCheck(TrustRoot root, CheckReport report) {
    this.root = root;
    this.report = report;
  }

  void entry(byte[] leaf) {
    try {
      Entry entry = Entry.parse(leaf);
      if (entry.time().isBefore(last)) {
        report.failed("entry " + index + ": its time " + entry.time() + " is before " + last);
      }
      last = entry.time();
      envelopes(entry);
    } catch (BadInput e) {
      report.failed("entry " + index + ": " + e.getMessage());
    }
    report.countEntry();
    index++;
  }

  private void envelopes(Entry entry) throws BadInput {
    if (index == 0) {
      installation(entry);
    }
    if (entry.data().find("envelope").isPresent()) {
      root.verify(Envelope.parse(entry.data().object("envelope")));
      report.countEnvelope();
    }
    if (entry.type().equals("lease.intended")) {
      Envelope request = Envelope.parse(entry.data().object("request"));
      LeaseRequest _ = LeaseRequest.parse(request.statementBy(root.keeper()));
      report.countEnvelope();
    }
    if (entry.type().equals("unseal.intended")) {
      ApprovedOrder order =
          ApprovedOrder.of(root.verify(Envelope.parse(entry.data().object("order"))));
      Envelope request = Envelope.parse(entry.data().object("request"));
      UnsealRequest asked = UnsealRequest.parse(request.statementBy(order.holder().key()));
      if (!asked.order().equals(order.id())) {
        throw new BadInput("its request is for another order");
      }
      report.countEnvelope();
      report.countEnvelope();
    }
  }

  /** The first entry carries the trust root (spec/audit-log.md §2), and it must be the pinned. */
  private void installation(Entry entry) throws BadInput {
    if (!entry.type().equals("installation.created")) {
      throw new BadInput("the first entry is " + Json.clip(entry.type()));
    }
    Digest id = TrustRoot.parse(Envelope.parse(entry.data().object("trustRoot"))).id();
    if (!id.equals(root.id())) {
      throw new BadInput("its trust root " + id.brief() + " is not " + root.id().brief());
    }
    report.countEnvelope();
  }

  void finish() {
    if (index == 0) {
      report.failed("entry 0: the log is empty, there is no installation.created");
    }
    report.done(Check.TIMES);
    report.done(Check.ENVELOPES);
  }
}
