package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A request body, parsed. {@link #permit} checks it against a tier and builds what the runtime
 * gets: always from the checked values, never the client's bytes, so that the runtime cannot read
 * them in another way than the gateway did.
 */
final class Prompt {
  private static final Set<String> MESSAGE = Set.of("role", "content", "name");
  private static final Set<String> PART = Set.of("type", "text");
  private static final Set<String> STREAM_OPTIONS = Set.of("include_usage");

  /** All names under which runtimes take the limit of completion tokens. */
  private static final List<String> TOKEN_LIMITS =
      List.of("max_tokens", "max_completion_tokens", "n_predict");

  /** Members that multiply the answer. */
  private static final List<String> MULTIPLIERS = List.of("n", "best_of");

  private static final int MAX_CHOICES = 128;

  /**
   * What may be sent to the runtime.
   *
   * @param usageWanted whether the client itself asked for usage in the stream
   * @param maxTokens completion tokens over all choices
   */
  record Permitted(Json.Obj body, boolean stream, boolean usageWanted, long maxTokens) {}

  private final Json.Obj body;
  private final String model;

  private Prompt(Json.Obj body, String model) {
    this.body = body;
    this.model = model;
  }

  static Prompt parse(byte[] bytes) throws Refused {
    try {
      Json.Obj body = Json.parseObject(bytes);
      return new Prompt(body, body.string("model"));
    } catch (BadInput e) {
      // The parser's message holds at most a clipped member name, and tells the place.
      throw new Refused(Refusal.of(400, "invalid_json", "Request body: " + e.getMessage()), e);
    }
  }

  /** The model's name as the client wrote it. */
  String model() {
    return model;
  }

  /**
   * Checks the request against a tier.
   *
   * @param maxTokens what the quota leaves for this request, at least 1
   */
  Permitted permit(TierPolicy policy, long maxTokens) throws Refused {
    for (String name : body.members().keySet()) {
      allow(policy, name, name);
    }
    for (Json message : items("messages")) {
      checkMessage(policy, message);
    }
    checkMembers(policy, "stream_options", STREAM_OPTIONS, body.find("stream_options"));
    boolean stream = flag(body, "stream");
    boolean usageWanted =
        body.find("stream_options").orElse(null) instanceof Json.Obj o && flag(o, "include_usage");
    long choices = choices();
    if (choices > maxTokens) {
      throw new Refused(
          Refusal.field("invalid_value", "More choices than your limit has tokens.", "n"));
    }
    long each = Math.min(maxTokens / choices, requestedTokens());
    return new Permitted(rebuilt(stream, each), stream, usageWanted, each * choices);
  }

  private void checkMessage(TierPolicy policy, Json message) throws Refused {
    if (!(message instanceof Json.Obj object)) {
      throw new Refused(Refusal.field("invalid_value", "A message is not an object.", "messages"));
    }
    checkMembers(policy, "messages", MESSAGE, Optional.of(object));
    if (object.find("content").orElse(null) instanceof Json.Arr parts) {
      for (Json part : parts.items()) {
        if (!(part instanceof Json.Obj)) {
          throw new Refused(
              Refusal.field("invalid_value", "A part is not an object.", "messages.content"));
        }
        checkMembers(policy, "messages.content", PART, Optional.of(part));
      }
    } else if (object.find("content").orElse(null) instanceof Json.Obj) {
      throw new Refused(
          Refusal.field("invalid_value", "Content is no string or array.", "messages.content"));
    }
  }

  private static void checkMembers(
      TierPolicy policy, String place, Set<String> included, Optional<Json> value) throws Refused {
    if (value.orElse(null) instanceof Json.Obj object) {
      for (String name : object.members().keySet()) {
        if (!included.contains(name)) {
          allow(policy, place + "." + name, place + "." + name);
        }
      }
    }
  }

  private static void allow(TierPolicy policy, String field, String shown) throws Refused {
    if (!policy.fields().contains(field)) {
      throw new Refused(
          Refusal.field(
              "field_not_permitted",
              "Your tier may not set \"" + Json.clip(shown) + "\" for this model.",
              shown));
    }
  }

  private List<Json> items(String name) throws Refused {
    return switch (body.find(name).orElse(new Json.Arr(List.of()))) {
      case Json.Arr array -> array.items();
      case Json other ->
          throw new Refused(Refusal.field("invalid_value", "This is not an array.", name));
    };
  }

  private static boolean flag(Json.Obj object, String name) throws Refused {
    return switch (object.find(name).orElse(new Json.Null())) {
      case Json.Bool b -> b.value();
      case Json.Null n -> false;
      case Json other ->
          throw new Refused(Refusal.field("invalid_value", "This is not true or false.", name));
    };
  }

  /** How many answers the request asks for: n or best_of, times the prompts of a completion. */
  private long choices() throws Refused {
    long most = 1;
    for (String name : MULTIPLIERS) {
      most = Math.max(most, number(name).orElse(1L));
    }
    if (body.find("prompt").orElse(null) instanceof Json.Arr prompts
        && !prompts.items().stream().allMatch(Json.Num.class::isInstance)) {
      most *= prompts.items().size();
    }
    if (most > MAX_CHOICES) {
      throw new Refused(
          Refusal.field("invalid_value", "More than " + MAX_CHOICES + " choices.", "n"));
    }
    return most;
  }

  private long requestedTokens() throws Refused {
    long least = Long.MAX_VALUE;
    for (String name : TOKEN_LIMITS) {
      least = Math.min(least, number(name).orElse(Long.MAX_VALUE));
    }
    return least;
  }

  /** A positive integer; -1 for "no limit", as some runtimes read it, is refused. */
  private Optional<Long> number(String name) throws Refused {
    Json value = body.find(name).orElse(new Json.Null());
    if (value instanceof Json.Null) {
      return Optional.empty();
    }
    if (value instanceof Json.Num n
        && n.value() == Math.rint(n.value())
        && n.value() >= 1
        && n.value() <= Integer.MAX_VALUE) {
      return Optional.of((long) n.value());
    }
    throw new Refused(Refusal.field("invalid_value", "This is not a positive integer.", name));
  }

  private Json.Obj rebuilt(boolean stream, long maxTokens) {
    Json.Builder out = Json.obj();
    body.members()
        .forEach((name, value) -> {
          if (!TOKEN_LIMITS.contains(name) && !name.equals("stream_options")) {
            out.put(name, value);
          }
        });
    // One name that every runtime knows, so that none falls back to "no limit".
    out.put("max_tokens", maxTokens);
    if (stream) {
      out.put("stream_options", Json.obj().put("include_usage", true).build());
    }
    return out.build();
  }
}
