package dev.sallyport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * One request while it arrives. Who asks is settled before a byte of the body is kept: a caller
 * without a valid key cannot make the gateway hold anything. Owned by one {@link ClientConnection};
 * {@link #close} gives back its slot and memory.
 */
final class Inbound implements AutoCloseable {
  private final Services services;
  private final String id;
  private final boolean keepAlive;
  private final boolean expectsContinue;
  private final int maxBody;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private Optional<Principal> principal = Optional.empty();
  private Optional<Route> route = Optional.empty();
  private Optional<Refusal> refusal = Optional.empty();
  private Optional<RequestRate.Verdict> rate = Optional.empty();
  private boolean framingBroken;
  private boolean slotTaken;
  private int reserved;
  private long seen;

  private Inbound(Services services, HttpRequest request) {
    this.services = services;
    this.id = services.requestId();
    this.keepAlive = HttpUtil.isKeepAlive(request);
    this.expectsContinue = HttpUtil.is100ContinueExpected(request);
    this.maxBody = request.method().equals(HttpMethod.GET) ? 0 : services.limits().maxBodyBytes();
  }

  /** Checks all that the head tells; the first failure becomes the {@link #refusal}. */
  static Inbound open(Services services, HttpRequest request) {
    Inbound inbound = new Inbound(services, request);
    try {
      inbound.check(request);
    } catch (Refused e) {
      inbound.refuse(e.refusal());
    }
    return inbound;
  }

  /** A request that could not be read as one. */
  static Inbound malformed(Services services, HttpRequest request, Throwable cause) {
    Inbound inbound = new Inbound(services, request);
    inbound.framingBroken = true;
    inbound.refuse(RequestHead.malformed(cause));
    return inbound;
  }

  private void check(HttpRequest request) throws Refused {
    framingBroken = true;
    RequestHead.checkFraming(request);
    framingBroken = false;
    boolean health = request.uri().equals(Route.HEALTH.path());
    if (!health) {
      authenticate(request);
    }
    route = Optional.of(RequestHead.route(request));
    RequestHead.checkBody(request, maxBody);
  }

  private void authenticate(HttpRequest request) throws Refused {
    var headers = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
    String header = headers.size() == 1 ? headers.getFirst() : "";
    Principal known =
        ApiKey.fromAuthorization(header)
            .flatMap(services.directory()::principalByKeyHash)
            .orElseThrow(() -> new Refused(Refusal.invalidKey()));
    principal = Optional.of(known);
    rate = Optional.of(services.rate().take(known.name(), known.quota().requestsPerMinute()));
    if (!rate.get().taken()) {
      throw new Refused(Admission.tooManyRequests(rate.get()));
    }
    int most =
        Math.min(known.quota().concurrentRequests(), services.limits().concurrentPerPrincipal());
    slotTaken = services.slots().enter(known.name(), most);
    if (!slotTaken) {
      throw new Refused(Admission.tooManyAtOnce());
    }
  }

  /** Takes a piece of the body, or only counts it once the request is refused. */
  void add(ByteBuf piece) {
    int length = piece.readableBytes();
    seen += length;
    if (refusal.isPresent() || length == 0) {
      return;
    }
    if (seen > maxBody) {
      refuse(RequestHead.bodyTooLarge(maxBody));
    } else if (!services.reserveBody(length)) {
      refuse(Admission.overloaded());
    } else {
      reserved += length;
      byte[] bytes = new byte[length];
      piece.getBytes(piece.readerIndex(), bytes);
      body.writeBytes(bytes);
    }
  }

  /** Ends the request at bytes that cannot be read as its body. */
  void fail(Refusal why) {
    framingBroken = true;
    refuse(why);
  }

  private void refuse(Refusal why) {
    refusal = Optional.of(why);
    release();
  }

  /**
   * Whether the refusal must go out before the rest of the body is read: what is still to come is
   * too long to swallow, cannot be delimited, or is not coming at all.
   */
  boolean mustAnswerNow() {
    boolean tooLong =
        refusal.filter(r -> r.status() == 413).isPresent()
            || seen > services.limits().maxBodyBytes();
    return refusal.isPresent() && (framingBroken || tooLong || expectsContinue);
  }

  boolean wantsContinue() {
    return expectsContinue && refusal.isEmpty();
  }

  String id() {
    return id;
  }

  boolean keepAlive() {
    return keepAlive;
  }

  Optional<Principal> principal() {
    return principal;
  }

  /** Who asks; present unless refused. */
  Principal caller() {
    return principal.orElseThrow(() -> new IllegalStateException("internal error: no caller"));
  }

  Optional<Refusal> refusal() {
    return refusal;
  }

  Optional<RequestRate.Verdict> rate() {
    return rate;
  }

  /** The route; present unless refused. */
  Route route() {
    return route.orElseThrow(() -> new IllegalStateException("internal error: refused request"));
  }

  byte[] body() {
    return body.toByteArray();
  }

  private void release() {
    services.releaseBody(reserved);
    reserved = 0;
    body.reset();
  }

  @Override
  public void close() {
    release();
    if (slotTaken) {
      slotTaken = false;
      principal.ifPresent(p -> services.slots().leave(p.name()));
    }
  }
}
