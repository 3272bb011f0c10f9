package dev.sallyport.release;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.Receipt;
import dev.sallyport.core.Json;

/** What writes the log; {@code AuditLog::append} is one. */
@FunctionalInterface
public interface Ledger {
  /** Returns only when the entry is durable. */
  Receipt append(String type, Json.Obj data) throws AuditFailure;
}
