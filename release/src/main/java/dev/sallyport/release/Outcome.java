package dev.sallyport.release;

import dev.sallyport.audit.Receipt;
import dev.sallyport.core.Digest;
import dev.sallyport.risk.Reason;
import java.util.List;

/** What became of a submitted statement. */
public sealed interface Outcome {
  /**
   * It is in the log and in effect, and so is what followed from it.
   *
   * @param id of the statement
   * @param receipts its entry, then the entries that it caused, such as an activation
   */
  record Accepted(Digest id, List<Receipt> receipts) implements Outcome {
    public Accepted {
      receipts = List.copyOf(receipts);
    }
  }

  /** It was in the log before; nothing was appended. */
  record Known(Digest id) implements Outcome {}

  /** Nothing was appended, nothing changed. */
  record Refused(List<Reason> reasons) implements Outcome {
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }
}
