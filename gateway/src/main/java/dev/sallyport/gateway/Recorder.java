package dev.sallyport.gateway;

import dev.sallyport.core.Json;
import java.util.concurrent.CompletionStage;

/** The audit log as the gateway needs it. Called on event loops: must not block. */
public interface Recorder {
  /** Appends an entry (spec/audit-log.md §2); completes when durable, or fails. */
  CompletionStage<Void> record(String type, Json.Obj data);
}
