package dev.sallyport.gateway;

import java.util.Set;

/**
 * What one tier may do with one model: policy data (spec/evidence.md §3).
 *
 * @param paths such as {@code /v1/chat/completions}
 * @param fields request members. A plain name is a top-level member. Inside {@code messages} the
 *     members {@code role}, {@code content} and {@code name}, inside text parts {@code type} and
 *     {@code text}, and inside {@code stream_options} the member {@code include_usage} come with
 *     their parent; any other there needs its own entry, such as {@code messages.tool_calls} or
 *     {@code messages.content.image_url}. {@code logprobs} or {@code top_logprobs} also opens the
 *     answer's log probabilities, {@code tools} its tool calls.
 */
public record TierPolicy(Set<String> paths, Set<String> fields, Quota quota) {
  public TierPolicy {
    paths = Set.copyOf(paths);
    fields = Set.copyOf(fields);
  }
}
