package dev.sallyport.gateway;

import dev.sallyport.core.Json;

/** What one request has used, and its entry for the log. Runs on one event loop. */
final class Tally {
  private long promptTokens;
  private long completionTokens;
  private long charged;
  private long bytes;

  /** Counts a piece of the answer that carries about one token per choice. */
  void piece(long tokens) {
    completionTokens += tokens;
  }

  /**
   * Replaces the count by the runtime's own. A runtime cannot report more than was possible: each
   * prompt token stands for at least one byte, up to a margin for the chat template.
   */
  void usage(Answer.Usage usage, long maxPrompt, long maxCompletion) {
    promptTokens = Math.min(usage.prompt(), maxPrompt);
    completionTokens = Math.min(usage.completion(), Math.max(maxCompletion, completionTokens));
  }

  /** Tokens used but not yet taken from the ledger; negative if too many were. Now taken. */
  long due() {
    long due = promptTokens + completionTokens - charged;
    charged += due;
    return due;
  }

  void sent(long count) {
    bytes += count;
  }

  Json.Obj entry(String id, Admission admission, int status, String code) {
    return Json.obj()
        .put("request", id)
        .put("principal", admission.principal().name())
        .put("model", admission.model())
        .put("status", status)
        .put("code", code)
        .put("promptTokens", promptTokens)
        .put("completionTokens", completionTokens)
        .put("bytes", bytes)
        .build();
  }
}
