package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The second door: what of the runtime's JSON a client gets. The answer is built anew from an
 * allow-list; id, time and model name are the gateway's own, so that a tampered runtime has no
 * member to hide bytes in but the text itself, which is counted.
 */
final class Answer {
  private static final Set<String> MESSAGE = Set.of("role", "content", "refusal");
  private static final Set<String> FINISH =
      Set.of("stop", "length", "tool_calls", "content_filter", "function_call");

  /** Tokens as the runtime reports them. */
  record Usage(long prompt, long completion) {}

  /**
   * One whole answer or one event of a stream, filtered.
   *
   * @param choices how many choices it carries; 0 for the event that only brings usage
   */
  record Filtered(Json.Obj json, int choices, Optional<Usage> usage) {}

  private final String id;
  private final String model;
  private final Instant created;
  private final boolean usageShown;
  private final boolean logprobs;
  private final boolean tools;
  private final boolean reasoning;

  Answer(String id, String model, Instant created, TierPolicy policy, boolean usageShown) {
    this.usageShown = usageShown;
    this.id = id;
    this.model = model;
    this.created = created;
    Set<String> fields = policy.fields();
    this.logprobs = fields.contains("logprobs") || fields.contains("top_logprobs");
    this.tools = fields.contains("tools");
    this.reasoning = fields.contains("reasoning_content");
  }

  /**
   * Rebuilds an answer or an event.
   *
   * @param bytes JSON of the runtime
   * @throws BadInput if it is not an answer in OpenAI's shape
   */
  Filtered filter(byte[] bytes) throws BadInput {
    Json.Obj in = Json.parseObject(bytes);
    if (in.members().containsKey("error")) {
      throw new BadInput("the runtime answered with an error");
    }
    List<Json> choices = new ArrayList<>();
    for (Json.Obj choice : in.objects("choices")) {
      choices.add(choice(choice));
    }
    Json.Builder out =
        Json.obj()
            .put("id", id)
            .put("object", object(in.string("object")))
            .put("created", created.getEpochSecond())
            .put("model", model)
            .put("choices", Json.arr(choices));
    Optional<Usage> usage = Optional.empty();
    if (in.find("usage").orElse(null) instanceof Json.Obj reported) {
      usage = Optional.of(usage(reported));
      if (usageShown) {
        out.put("usage", reported(usage.get()));
      }
    }
    return new Filtered(out.build(), choices.size(), usage);
  }

  private static String object(String named) throws BadInput {
    return switch (named) {
      case "chat.completion", "chat.completion.chunk", "text_completion" -> named;
      default -> throw new BadInput("answer of an unknown kind");
    };
  }

  private Json choice(Json.Obj in) throws BadInput {
    Json.Builder out = Json.obj();
    out.put("index", in.integer("index"));
    out.put("finish_reason", finish(in));
    for (String part : List.of("message", "delta")) {
      if (in.find(part).orElse(null) instanceof Json.Obj message) {
        out.put(part, message(message));
      }
    }
    in.findString("text").ifPresent(text -> out.put("text", text));
    out.put("logprobs", logprobs ? in.find("logprobs").orElse(new Json.Null()) : new Json.Null());
    return out.build();
  }

  private static Json finish(Json.Obj in) {
    return switch (in.find("finish_reason").orElse(new Json.Null())) {
      case Json.Str s when FINISH.contains(s.value()) -> s;
      case Json.Str s -> Json.of("stop");
      case Json other -> new Json.Null();
    };
  }

  private Json message(Json.Obj in) {
    Json.Builder out = Json.obj();
    in.members()
        .forEach((name, value) -> {
          boolean text = value instanceof Json.Str || value instanceof Json.Null;
          boolean permitted =
              (MESSAGE.contains(name) && text)
                  || (reasoning && name.equals("reasoning_content") && text)
                  || (tools && name.equals("tool_calls"));
          if (permitted) {
            out.put(name, value);
          }
        });
    return out.build();
  }

  private static Usage usage(Json.Obj in) throws BadInput {

    long prompt = in.integer("prompt_tokens");
    long completion =
        in.members().containsKey("completion_tokens") ? in.integer("completion_tokens") : 0;
    if (prompt < 0 || completion < 0) {
      throw new BadInput("usage below zero");
    }
    return new Usage(prompt, completion);
  }

  private static Json.Obj reported(Usage usage) {
    return Json.obj()
        .put("prompt_tokens", usage.prompt)
        .put("completion_tokens", usage.completion)
        .put("total_tokens", Math.min(usage.prompt + usage.completion, (1L << 53) - 1))
        .build();
  }
}
