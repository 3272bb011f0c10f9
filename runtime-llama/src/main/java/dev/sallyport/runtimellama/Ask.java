package dev.sallyport.runtimellama;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A completion request of the OpenAI API, checked. What would change the meaning of an answer and
 * is not supported is refused; members that are only advice are ignored.
 */
record Ask(Prompt prompt, Sampling sampling, boolean stream, boolean streamUsage) {
  private static final int MAX_MESSAGES = 1024;
  private static final int MAX_STOPS = 4;
  private static final int MAX_STOP_LENGTH = 256;

  /** The default of the older endpoint, per the API reference. */
  private static final int TEXT_DEFAULT_TOKENS = 16;

  private static final List<String> UNSUPPORTED =
      List.of(
          "logprobs",
          "top_logprobs",
          "tools",
          "functions",
          "logit_bias",
          "audio",
          "echo",
          "suffix",
          "best_of");

  /** What to continue. */
  sealed interface Prompt {
    /** Plain text. */
    record Text(String text) implements Prompt {}

    /** Messages, which the model's own template turns into text. */
    record Chat(List<Message> messages) implements Prompt {
      public Chat {
        messages = List.copyOf(messages);
      }
    }
  }

  /** One message; the role is system, user or assistant. */
  record Message(String role, String content) {}

  /** Reads the body of {@code POST /v1/chat/completions}. */
  static Ask chat(Json.Obj body) throws HttpError, BadInput {
    List<Json.Obj> items = body.objects("messages");
    if (items.isEmpty() || items.size() > MAX_MESSAGES) {
      throw HttpError.invalid("messages: " + items.size() + "; from 1 to " + MAX_MESSAGES);
    }
    List<Message> messages = new ArrayList<>();
    for (Json.Obj item : items) {
      messages.add(new Message(role(item), content(item)));
    }
    return read(body, new Prompt.Chat(messages), OptionalInt.empty());
  }

  /** Reads the body of {@code POST /v1/completions}. */
  static Ask text(Json.Obj body) throws HttpError, BadInput {
    Prompt prompt =
        switch (body.need("prompt")) {
          case Json.Str(String text) -> new Prompt.Text(text);
          case Json.Arr(List<Json> items)
              when items.size() == 1 && items.getFirst() instanceof Json.Str(String text) ->
              new Prompt.Text(text);
          case Json other ->
              throw HttpError.unsupported("prompt: " + other.kind() + "; one string is supported");
        };
    return read(body, prompt, OptionalInt.of(TEXT_DEFAULT_TOKENS));
  }

  private static String role(Json.Obj message) throws BadInput, HttpError {
    String role = message.string("role");
    return switch (role) {
      case "system", "developer" -> "system";
      case "user", "assistant" -> role;
      default ->
          throw HttpError.unsupported(
              "role \"" + Json.clip(role) + "\"; known are system, developer, user, assistant");
    };
  }

  private static String content(Json.Obj message) throws BadInput, HttpError {
    return switch (message.need("content")) {
      case Json.Str(String text) -> text;
      case Json.Arr parts -> text(message.objects("content"));
      case Json other ->
          throw HttpError.invalid("content: " + other.kind() + ", not a string or text parts");
    };
  }

  private static String text(List<Json.Obj> parts) throws BadInput, HttpError {
    StringBuilder out = new StringBuilder();
    for (Json.Obj part : parts) {
      if (!part.string("type").equals("text")) {
        throw HttpError.unsupported("content: a part that is not text");
      }
      out.append(part.string("text"));
    }
    return out.toString();
  }

  private static Ask read(Json.Obj body, Prompt prompt, OptionalInt defaultTokens)
      throws HttpError, BadInput {
    refuseUnsupported(body);
    boolean stream = flag(body, "stream");
    Optional<Json> options = given(body, "stream_options");
    boolean usage =
        options.isPresent() && flag(options.get().asObject("stream_options"), "include_usage");
    return new Ask(prompt, sampling(body, defaultTokens), stream, stream && usage);
  }

  private static void refuseUnsupported(Json.Obj body) throws HttpError, BadInput {
    for (String name : UNSUPPORTED) {
      if (asks(body.find(name))) {
        throw HttpError.unsupported(name + ": not supported by this runtime");
      }
    }
    if (integer(body, "n", 1, 128).orElse(1) != 1) {
      throw HttpError.unsupported("n: only 1 is supported");
    }
    Optional<Json> format = given(body, "response_format");
    if (format.isPresent()
        && !format.get().asObject("response_format").string("type").equals("text")) {
      throw HttpError.unsupported("response_format: only text is supported");
    }
  }

  /** Whether a member asks for something: false, null and what is empty do not. */
  private static boolean asks(Optional<Json> member) {
    if (member.isEmpty()) {
      return false;
    }
    return switch (member.get()) {
      case Json.Null n -> false;
      case Json.Bool(boolean on) -> on;
      case Json.Arr(List<Json> items) -> !items.isEmpty();
      case Json.Obj o -> !o.members().isEmpty();
      case Json.Str(String text) -> !text.isEmpty();
      case Json.Num n -> true;
    };
  }

  private static Sampling sampling(Json.Obj body, OptionalInt defaultTokens)
      throws HttpError, BadInput {
    OptionalInt limit = integer(body, "max_completion_tokens", 1, Integer.MAX_VALUE);
    OptionalInt older = integer(body, "max_tokens", 1, Integer.MAX_VALUE);
    OptionalInt tokens = limit.isPresent() ? limit : older;
    return new Sampling(
        tokens.isPresent() ? tokens : defaultTokens,
        number(body, "temperature", 0, 2),
        number(body, "top_p", 0, 1),
        number(body, "frequency_penalty", -2, 2),
        number(body, "presence_penalty", -2, 2),
        seed(body),
        stops(body));
  }

  private static OptionalInt seed(Json.Obj body) throws BadInput {
    if (given(body, "seed").isEmpty()) {
      return OptionalInt.empty();
    }
    int seed = Long.hashCode(body.integer("seed"));
    // llama.cpp takes -1 as "choose one".
    return OptionalInt.of(seed == -1 ? 0 : seed);
  }

  private static List<String> stops(Json.Obj body) throws BadInput, HttpError {
    Optional<Json> stop = given(body, "stop");
    List<String> out =
        switch (stop.orElse(new Json.Arr(List.of()))) {
          case Json.Str(String one) -> List.of(one);
          case Json.Arr all -> stop.isPresent() ? body.strings("stop") : List.of();
          case Json other -> throw HttpError.invalid("stop: " + other.kind() + ", not strings");
        };
    if (out.size() > MAX_STOPS
        || out.stream().anyMatch(s -> s.isEmpty() || s.length() > MAX_STOP_LENGTH)) {
      throw HttpError.invalid(
          "stop: at most " + MAX_STOPS + " texts of 1 to " + MAX_STOP_LENGTH + " characters");
    }
    return out;
  }

  /** The member, unless it is absent or null. */
  private static Optional<Json> given(Json.Obj body, String name) {
    return body.find(name).filter(value -> !(value instanceof Json.Null));
  }

  private static boolean flag(Json.Obj body, String name) throws BadInput {
    return given(body, name).isPresent() && body.bool(name);
  }

  private static OptionalInt integer(Json.Obj body, String name, int low, int high)
      throws BadInput, HttpError {
    if (given(body, name).isEmpty()) {
      return OptionalInt.empty();
    }
    long value = body.integer(name);
    if (value < low || value > high) {
      throw HttpError.invalid(name + ": " + value + "; from " + low + " to " + high);
    }
    return OptionalInt.of((int) value);
  }

  private static OptionalDouble number(Json.Obj body, String name, double low, double high)
      throws HttpError {
    Optional<Json> given = given(body, name);
    if (given.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (given.get() instanceof Json.Num(double value) && value >= low && value <= high) {
      return OptionalDouble.of(value);
    }
    throw HttpError.invalid(name + ": not a number from " + low + " to " + high);
  }
}
