package dev.sallyport.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One client connection: reads one request at a time, has it answered, reads the next. Requests
 * sent ahead wait in a bounded queue. All methods run on the connection's event loop.
 *
 * <p>While a request is being answered the connection keeps reading, because only a read tells that
 * the client has gone.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
  private static final long MAX_AHEAD_BYTES = 64 << 10;
  private static final long OBJECT_OVERHEAD = 512;
  private static final Duration LINGER = Duration.ofSeconds(1);

  private enum State {
    READING,
    ANSWERING,
    CLOSING
  }

  private final Services services;
  private final Channel channel;
  private final Deadline readDeadline;
  private final Deadline writeDeadline;
  private final Deque<HttpObject> ahead = new ArrayDeque<>();
  private long aheadBytes;
  private State state = State.READING;
  private Optional<Inbound> inbound = Optional.empty();
  private Optional<Exchange> exchange = Optional.empty();

  ClientConnection(Services services, Channel channel) {
    this.services = services;
    this.channel = channel;
    this.readDeadline = new Deadline(channel.eventLoop(), services.limits().request());
    this.writeDeadline = new Deadline(channel.eventLoop(), services.limits().stall());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    readDeadline.start(this::shut);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof HttpObject object) || state == State.CLOSING) {
      ReferenceCountUtil.release(message);
    } else if (state == State.ANSWERING || !ahead.isEmpty()) {
      keep(object);
    } else {
      read(object);
    }
  }

  private void keep(HttpObject object) {
    ahead.add(object);
    aheadBytes += size(object);
    // A client that sends more than this ahead is not read until it is answered; that it has gone
    // then shows when writing to it stalls.
    if (aheadBytes > MAX_AHEAD_BYTES) {
      channel.config().setAutoRead(false);
    }
  }

  private static long size(HttpObject object) {
    return OBJECT_OVERHEAD
        + (object instanceof HttpContent content ? content.content().readableBytes() : 0);
  }

  private void read(HttpObject object) {
    try {
      if (object instanceof HttpRequest request) {
        head(request);
      }
      if (object instanceof HttpContent content) {
        body(content);
      }
    } finally {
      ReferenceCountUtil.release(object);
    }
  }

  private void head(HttpRequest request) {
    Inbound started =
        request.decoderResult().isFailure()
            ? Inbound.malformed(services, request, request.decoderResult().cause())
            : Inbound.open(services, request);
    inbound = Optional.of(started);
    if (started.mustAnswerNow()) {
      refuseAndClose(started);
    } else if (started.wantsContinue()) {
      var _ =
          channel.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void body(HttpContent content) {
    if (inbound.isEmpty() || state != State.READING) {
      return;
    }
    Inbound current = inbound.get();
    if (content.decoderResult().isFailure()) {
      current.fail(RequestHead.malformed(content.decoderResult().cause()));
    } else {
      current.add(content.content());
    }
    if (current.mustAnswerNow()) {
      refuseAndClose(current);
    } else if (content instanceof LastHttpContent) {
      answer(current);
    }
  }

  private void refuseAndClose(Inbound request) {
    state = State.ANSWERING;
    readDeadline.stop();
    Desk.refuse(services, request, reply(request, false));
  }

  private void answer(Inbound request) {
    state = State.ANSWERING;
    readDeadline.stop();
    boolean keep = request.keepAlive() && !services.draining().get();
    exchange = Desk.serve(services, request, reply(request, keep));
    exchange.ifPresent(Exchange::start);
  }

  private Reply reply(Inbound request, boolean keep) {
    return new Reply(channel, request.id(), keep, request.rate(), this::answered);
  }

  private void answered(boolean reusable) {
    inbound.ifPresent(Inbound::close);
    inbound = Optional.empty();
    exchange = Optional.empty();
    if (state == State.CLOSING) {
      return;
    }
    if (!reusable) {
      closeGently();
      return;
    }
    state = State.READING;
    readDeadline.start(this::shut);
    if (!ahead.isEmpty()) {
      // Not at once: many short requests sent ahead must not need a deep stack.
      channel.eventLoop().execute(this::takeAhead);
    }
  }

  /** Reads what was sent ahead. */
  private void takeAhead() {
    while (state == State.READING && !ahead.isEmpty()) {
      HttpObject next = ahead.poll();
      aheadBytes -= size(next);
      read(next);
    }
    if (aheadBytes <= MAX_AHEAD_BYTES) {
      channel.config().setAutoRead(true);
    }
  }

  /**
   * Says that no more comes, and swallows for a moment what the client still sends: closing at once
   * would reset the connection under an answer not yet read.
   */
  private void closeGently() {
    state = State.CLOSING;
    dropAhead();
    channel.config().setAutoRead(true);
    readDeadline.stop();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    // The moment starts when the answer is out; a client that does not take it meets writeDeadline.
    var _ =
        tls.closeOutbound()
            .addListener(flushed -> new Deadline(channel.eventLoop(), LINGER).start(this::shut));
  }

  private void shut() {
    var _ = channel.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      writeDeadline.stop();
    } else {
      writeDeadline.start(this::shut);
    }
    exchange.ifPresent(Exchange::flow);
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state = State.CLOSING;
    readDeadline.stop();
    writeDeadline.stop();
    dropAhead();
    exchange.ifPresent(Exchange::clientGone);
    exchange = Optional.empty();
    inbound.ifPresent(Inbound::close);
    inbound = Optional.empty();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Clients reset connections and speak no TLS every day: one quiet line, without their bytes.
    LOG.log(System.Logger.Level.DEBUG, "client-connection-failed kind=" + cause.getClass());
    var _ = channel.close();
  }

  private void dropAhead() {
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
    aheadBytes = 0;
  }
}
