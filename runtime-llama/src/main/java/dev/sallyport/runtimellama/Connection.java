package dev.sallyport.runtimellama;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;

/** Serves one client, request after request, on the thread that calls {@link #serve}. */
final class Connection {
  private static final System.Logger LOG = System.getLogger(Connection.class.getName());
  private static final Duration IDLE = Duration.ofSeconds(75);
  private static final Duration REQUEST = Duration.ofSeconds(30);

  private final Llama llama;
  private final InstantSource clock;
  private final Inbound in;
  private final Outbound out;
  private final Lock exchange;
  private final HttpReader reader;

  /** Holds {@code exchange} from the head of a request to the end of its answer. */
  Connection(Llama llama, InstantSource clock, Inbound in, Outbound out, Lock exchange) {
    this.llama = llama;
    this.clock = clock;
    this.in = in;
    this.out = out;
    this.exchange = exchange;
    this.reader = new HttpReader(in);
  }

  /** Answers until the client or an error ends it. */
  void serve() throws IOException, InterruptedException {
    try {
      boolean more = true;
      while (more) {
        more = next();
      }
    } catch (HttpError e) {
      // The input is out of step: whatever follows is no request.
      out.answer(e.status(), "application/json", e.body(), false);
    } catch (SocketTimeoutException e) {
      LOG.log(System.Logger.Level.DEBUG, "event=client-idle");
    }
  }

  private boolean next() throws IOException, InterruptedException, HttpError {
    in.within(IDLE);
    Optional<HttpRequest> head = reader.head();
    if (head.isEmpty()) {
      return false;
    }
    exchange.lockInterruptibly();
    try {
      return exchange(head.get());
    } finally {
      exchange.unlock();
    }
  }

  private boolean exchange(HttpRequest request)
      throws IOException, InterruptedException, HttpError {
    in.within(REQUEST);
    if (request.expectsContinue()) {
      out.goOn();
    }
    byte[] body = reader.body(request);
    try {
      return answer(request, body);
    } catch (HttpError e) {
      out.answer(e.status(), "application/json", e.body(), request.keepAlive());
      return request.keepAlive();
    }
  }

  private boolean answer(HttpRequest request, byte[] body)
      throws HttpError, IOException, InterruptedException {
    switch (request.path()) {
      case "/health" -> plain(request, "GET", Json.obj().put("status", "ok").build());
      case "/v1/models" -> plain(request, "GET", models());
      case "/v1/chat/completions" -> {
        return generate(request, body, true);
      }
      case "/v1/completions" -> {
        return generate(request, body, false);
      }
      default -> throw new HttpError(404, "not_found", "path: unknown");
    }
    return request.keepAlive();
  }

  private void plain(HttpRequest request, String method, Json reply) throws IOException, HttpError {
    require(request, method);
    out.answer(200, "application/json", bytes(reply), request.keepAlive());
  }

  private static void require(HttpRequest request, String method) throws HttpError {
    if (!request.method().equals(method)) {
      throw new HttpError(405, "method", "method: " + request.method() + "; only " + method);
    }
  }

  private Json models() {
    Json.Obj model =
        Json.obj()
            .put("id", llama.name())
            .put("object", "model")
            .put("created", 0)
            .put("owned_by", "sallyport")
            .build();
    return Json.obj().put("object", "list").put("data", Json.arr(List.of(model))).build();
  }

  private boolean generate(HttpRequest request, byte[] body, boolean chat)
      throws HttpError, IOException, InterruptedException {
    require(request, "POST");
    Ask ask = ask(body, chat);
    Generation generation = llama.start(ask);
    in.onEnd(generation::cancel);
    String id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID();
    Replies replies = new Replies(chat, id, clock.instant().getEpochSecond(), llama.name());
    // A stream to an HTTP/1.0 client would need an end that chunks cannot give it.
    boolean stream = ask.stream() && request.minor() == 1;
    try {
      if (stream) {
        return stream(request, generation, replies, ask.streamUsage());
      }
      Reply reply = collect(generation);
      Json whole = replies.whole(reply.text(), reply.done());
      out.answer(200, "application/json", bytes(whole), request.keepAlive());
      return request.keepAlive();
    } catch (Generation.Cancelled e) {
      return false;
    } finally {
      generation.cancel();
      in.onEnd(() -> {});
    }
  }

  private static Ask ask(byte[] body, boolean chat) throws HttpError {
    try {
      Json.Obj object = Json.parseObject(body);
      return chat ? Ask.chat(object) : Ask.text(object);
    } catch (BadInput e) {
      throw new HttpError(400, "invalid_value", e);
    }
  }

  private record Reply(String text, Generation.Event.Done done) {}

  private static Reply collect(Generation generation)
      throws InterruptedException, Generation.Cancelled, HttpError {
    StringBuilder text = new StringBuilder();
    while (true) {
      switch (generation.take()) {
        case Generation.Event.Token(String part) -> text.append(part);
        case Generation.Event.Done done -> {
          return new Reply(text.toString(), done);
        }
        case Generation.Event.Failed(String detail) -> throw failed(detail);
      }
    }
  }

  /** Streams the answer. Returns whether the connection can go on. */
  private boolean stream(HttpRequest request, Generation generation, Replies replies, boolean usage)
      throws IOException, InterruptedException, Generation.Cancelled {
    out.startEvents(request.keepAlive());
    Optional<Json> opening = replies.opening();
    if (opening.isPresent()) {
      out.event(Json.toString(opening.get()));
    }
    while (true) {
      switch (generation.take()) {
        case Generation.Event.Token(String text) when text.isEmpty() -> {}
        case Generation.Event.Token(String text) -> out.event(Json.toString(replies.token(text)));
        case Generation.Event.Done done -> {
          finish(done, replies, usage);
          return request.keepAlive();
        }
        case Generation.Event.Failed(String detail) -> {
          out.event(new String(failed(detail).body(), StandardCharsets.UTF_8));
          return false;
        }
      }
    }
  }

  private void finish(Generation.Event.Done done, Replies replies, boolean usage)
      throws IOException {
    out.event(Json.toString(replies.closing(done.reason())));
    if (usage) {
      out.event(Json.toString(replies.counts(done.usage())));
    }
    out.event("[DONE]");
    out.endEvents();
  }

  private static HttpError failed(String detail) {
    LOG.log(System.Logger.Level.ERROR, "event=generation-failed cause=" + detail);
    return new HttpError(500, "engine", "the engine failed");
  }

  private static byte[] bytes(Json reply) {
    return Json.toString(reply).getBytes(StandardCharsets.UTF_8);
  }
}
