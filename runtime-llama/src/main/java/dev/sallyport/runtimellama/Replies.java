package dev.sallyport.runtimellama;

import dev.sallyport.core.Json;
import java.util.List;
import java.util.Optional;

/**
 * The bodies of one answer in the words of the OpenAI API.
 *
 * @param created seconds since 1970
 */
record Replies(boolean chat, String id, long created, String model) {

  /** A whole answer. */
  Json whole(String text, Generation.Event.Done done) {
    Json.Builder choice = Json.obj().put("index", 0);
    if (chat) {
      choice.put("message", Json.obj().put("role", "assistant").put("content", text).build());
    } else {
      choice.put("text", text);
    }
    choice.put("logprobs", new Json.Null()).put("finish_reason", done.reason());
    return envelope(chat ? "chat.completion" : "text_completion", List.of(choice.build()))
        .put("usage", usage(done.usage()))
        .build();
  }

  /** The first chunk of a stream: for a chat, who speaks. */
  Optional<Json> opening() {
    Json role = Json.obj().put("role", "assistant").put("content", "").build();
    return chat ? Optional.of(chunk(role, new Json.Null())) : Optional.empty();
  }

  Json token(String text) {
    return chunk(chat ? Json.obj().put("content", text).build() : Json.of(text), new Json.Null());
  }

  Json closing(String reason) {
    return chunk(chat ? Json.obj().build() : Json.of(""), Json.of(reason));
  }

  /** The chunk with the counts and no choices, for streams that asked for it. */
  Json counts(Generation.Usage usage) {
    return envelope(streamKind(), List.of()).put("usage", usage(usage)).build();
  }

  private Json chunk(Json content, Json reason) {
    Json choice =
        Json.obj()
            .put("index", 0)
            .put(chat ? "delta" : "text", content)
            .put("logprobs", new Json.Null())
            .put("finish_reason", reason)
            .build();
    return envelope(streamKind(), List.of(choice)).build();
  }

  private String streamKind() {
    return chat ? "chat.completion.chunk" : "text_completion";
  }

  private Json.Builder envelope(String kind, List<Json> choices) {
    return Json.obj()
        .put("id", id)
        .put("object", kind)
        .put("created", created)
        .put("model", model)
        .put("choices", Json.arr(choices));
  }

  private static Json usage(Generation.Usage usage) {
    return Json.obj()
        .put("prompt_tokens", usage.promptTokens())
        .put("completion_tokens", usage.completionTokens())
        .put("total_tokens", (long) usage.promptTokens() + usage.completionTokens())
        .build();
  }
}
