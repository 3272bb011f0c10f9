package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * One admitted request: to the runtime, through the filter, past the ledger, to the client. Runs on
 * the client connection's event loop, except {@link #cut}.
 *
 * <p>INVARIANT: no byte of an answer is written before the ledger has granted it, and the last is
 * not written before {@code request.served} is durable.
 */
final class Exchange implements Upstream.Listener {
  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};
  private static final int TEMPLATE_TOKENS = 4096;
  private static final int MAX_ERROR_BYTES = 64 << 10;

  /** What waits to leave, in order. */
  private sealed interface Piece {
    /** An event of a stream; {@code settles} if its tokens are already used. */
    record Event(ByteBuffer json, long tokens, boolean settles) implements Piece {}

    /** A whole answer. */
    record Body(ByteBuffer json, long tokens) implements Piece {}

    /** Tokens to account for, without bytes. */
    record Settlement(long tokens) implements Piece {}

    /** The end of a stream. */
    record End() implements Piece {}
  }

  private enum Phase {
    AWAITING,
    STREAM,
    WHOLE,
    ERROR,
    /** All of the answer is here, or none will come; the log has the last word. */
    ENDING,
    OVER
  }

  private final Services services;
  private final Admission admission;
  private final Route route;
  private final Reply reply;
  private final Answer answer;
  private final SseReader events;
  private final byte[] upstreamBody;
  private final Tally tally = new Tally();
  private final Deque<Piece> outbox = new ArrayDeque<>();
  private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
  private final Deadline deadline;
  private final Deadline firstByte;
  private Optional<Upstream> upstream = Optional.empty();
  private Phase phase = Phase.AWAITING;
  private int errorStatus;
  private boolean waiting;

  Exchange(Services services, Admission admission, Route route, Reply reply) {
    this.services = services;
    this.admission = admission;
    this.route = route;
    this.reply = reply;
    Prompt.Permitted prompt = admission.prompt();
    this.answer =
        new Answer(
            reply.id(),
            admission.model(),
            services.clock().instant(),
            admission.policy(),
            prompt.usageWanted() || !prompt.stream());
    this.upstreamBody = prompt.body().canonical();
    this.events = new SseReader(services.limits().maxAnswerBytes());
    this.firstByte = new Deadline(reply.loop(), services.limits().firstByte());
    this.deadline = new Deadline(reply.loop(), services.limits().stall());
  }

  String model() {
    return admission.model();
  }

  String principal() {
    return admission.principal().name();
  }

  void start() {
    services.live().add(this);
    // Looked up again now that cut() can find us: a model stopped in between is not served.
    boolean still =
        services.directory().model(admission.model()) instanceof ModelState.Serving now
            && now.socket().equals(admission.serving().socket());
    if (!still) {
      fail(Refusal.modelUnavailable());
      return;
    }
    // Waiting and Granted are the same here: take() meets the open block, or waits for it.
    if (services.ledger().prepare(admission.account())
        instanceof Ledger.Grant.Exhausted exhausted) {
      fail(Refusal.exhausted(exhausted.kind(), services.ledger().untilTomorrow()));
      return;
    }
    firstByte.start(() -> fail(Refusal.upstreamSlow()));
    upstream =
        Optional.of(
            Upstream.post(
                services.transport(),
                reply.loop(),
                admission.serving().socket(),
                route.path(),
                upstreamBody,
                this));
  }

  /** Ends the exchange from any thread: the model or the principal may no longer be served. */
  void cut(Refusal why) {
    reply.loop().execute(() -> fail(why));
  }

  @Override
  public void answering(int status, String type) {
    firstByte.stop();
    String expected = admission.prompt().stream() ? "text/event-stream" : "application/json";
    if (phase != Phase.AWAITING) {
      return;
    }
    if (status != 200) {
      errorStatus = status;
      phase = Phase.ERROR;
    } else if (!type.equals(expected)) {
      fail(Refusal.upstreamFailed());
    } else {
      phase = admission.prompt().stream() ? Phase.STREAM : Phase.WHOLE;
    }
  }

  @Override
  public void piece(ByteBuf bytes) {
    switch (phase) {
      case STREAM -> stream(bytes);
      case WHOLE -> collect(bytes, services.limits().maxAnswerBytes());
      case ERROR -> collect(bytes, MAX_ERROR_BYTES);
      case AWAITING, ENDING, OVER -> {}
    }
  }

  private void collect(ByteBuf bytes, int limit) {
    if (whole.size() + bytes.readableBytes() > limit) {
      fail(Refusal.upstreamFailed());
      return;
    }
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    whole.writeBytes(copy);
  }

  private void stream(ByteBuf bytes) {
    try {
      events.feed(bytes, this::event);
    } catch (BadInput e) {
      fail(Refusal.upstreamFailed());
    }
  }

  private void event(byte[] data) throws BadInput {
    if (phase != Phase.STREAM) {
      return;
    }
    if (Arrays.equals(data, DONE)) {
      phase = Phase.ENDING;
      outbox.add(new Piece.End());
      pump();
      return;
    }
    Answer.Filtered filtered = answer.filter(data);
    tally.piece(filtered.choices());
    filtered.usage().ifPresent(this::usage);
    boolean settles = filtered.usage().isPresent();
    boolean shown = filtered.choices() > 0 || admission.prompt().usageWanted();
    outbox.add(
        shown
            ? new Piece.Event(ByteBuffer.wrap(filtered.json().canonical()), tally.due(), settles)
            : new Piece.Settlement(tally.due()));
    pump();
  }

  private void usage(Answer.Usage usage) {
    tally.usage(usage, upstreamBody.length + TEMPLATE_TOKENS, admission.prompt().maxTokens());
  }

  @Override
  public void pause() {
    if (reply.streaming()) {
      reply.flush();
    }
    flow();
  }

  @Override
  public void complete() {
    switch (phase) {
      case WHOLE -> answerWhole();
      case ERROR -> fail(RuntimeError.of(errorStatus, whole.toByteArray()));
      case AWAITING, STREAM -> fail(Refusal.upstreamFailed());
      case ENDING, OVER -> {}
    }
  }

  private void answerWhole() {
    try {
      Answer.Filtered filtered = answer.filter(whole.toByteArray());
      filtered.usage().ifPresent(this::usage);
      phase = Phase.ENDING;
      outbox.add(new Piece.Body(ByteBuffer.wrap(filtered.json().canonical()), tally.due()));
      pump();
    } catch (BadInput e) {
      fail(Refusal.upstreamFailed());
    }
  }

  @Override
  public void unreachable() {
    fail(Refusal.modelUnavailable());
  }

  @Override
  public void lost() {
    switch (phase) {
      case AWAITING, STREAM, WHOLE, ERROR -> fail(Refusal.upstreamFailed());
      case ENDING, OVER -> {}
    }
  }

  /** Lets out what the ledger grants; called again when a block has become durable. */
  private void pump() {
    while (!waiting && phase != Phase.OVER && !outbox.isEmpty()) {
      Piece next = outbox.element();
      switch (grant(next)) {
        case Ledger.Grant.Granted granted -> {
          outbox.remove();
          release(next);
        }
        case Ledger.Grant.Waiting block -> await(block);
        case Ledger.Grant.Exhausted exhausted ->
            fail(Refusal.exhausted(exhausted.kind(), services.ledger().untilTomorrow()));
      }
    }
    flow();
  }

  private Ledger.Grant grant(Piece piece) {
    Ledger ledger = services.ledger();
    Ledger.Account account = admission.account();
    return switch (piece) {
      case Piece.Event e when e.settles ->
          ledger.settle(account, e.json.remaining() + Reply.framing(), e.tokens);
      case Piece.Event e -> ledger.take(account, e.json.remaining() + Reply.framing(), e.tokens);
      case Piece.Body b -> ledger.settle(account, b.json.remaining(), b.tokens);
      case Piece.Settlement s -> ledger.settle(account, 0, s.tokens);
      case Piece.End e -> new Ledger.Grant.Granted();
    };
  }

  private void await(Ledger.Grant.Waiting block) {
    waiting = true;
    block
        .durable()
        .whenCompleteAsync(
            (nothing, failure) -> {
              waiting = false;
              if (failure != null) {
                fail(Refusal.logUnavailable());
              } else {
                pump();
                pause();
              }
            },
            reply.loop());
  }

  private void release(Piece piece) {
    switch (piece) {
      case Piece.Event e -> {
        tally.sent(e.json.remaining() + Reply.framing());
        reply.event(e.json);
      }
      case Piece.Body b -> {
        tally.sent(b.json.remaining());
        served(200, "ok", () -> reply.json(200, b.json));
      }
      case Piece.Settlement s -> {}
      case Piece.End e -> served(200, "ok", reply::done);
    }
  }

  /** Reads from the runtime only while the client takes what is there. */
  void flow() {
    boolean read = !waiting && reply.writable();
    upstream.ifPresent(u -> u.reading(read));
    if (read && (phase == Phase.STREAM || phase == Phase.WHOLE)) {
      deadline.start(() -> fail(Refusal.upstreamSlow()));
    } else {
      deadline.stop();
    }
  }

  /** The client has gone: the runtime stops, the log says so. */
  void clientGone() {
    if (phase != Phase.OVER) {
      served(499, "client_closed", () -> {});
    }
  }

  private void fail(Refusal why) {
    if (phase == Phase.OVER) {
      return;
    }
    if (reply.streaming()) {
      served(why.status(), why.code(), () -> reply.broken(why));
      return;
    }
    close();
    services
        .refusals()
        .record(reply.id(), principal(), model(), why)
        .whenCompleteAsync(
            (nothing, failure) -> {
              services.live().remove(this);
              reply.refuse(failure == null ? why : Refusal.logUnavailable());
            },
            reply.loop());
  }

  /** Records the request's end, then writes the last bytes. */
  private void served(int status, String code, Runnable last) {
    close();
    services
        .recorder()
        .record("request.served", tally.entry(reply.id(), admission, status, code))
        .whenCompleteAsync(
            (nothing, failure) -> {
              services.live().remove(this);
              if (failure == null) {
                last.run();
              } else if (reply.streaming()) {
                reply.abandon();
              } else {
                reply.refuse(Refusal.logUnavailable());
              }
            },
            reply.loop());
  }

  private void close() {
    phase = Phase.OVER;
    outbox.clear();
    firstByte.stop();
    deadline.stop();
    upstream.ifPresent(Upstream::close);
  }
}
