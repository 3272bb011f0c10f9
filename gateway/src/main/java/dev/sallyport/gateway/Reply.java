package dev.sallyport.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes the answer to one request. Every header is the gateway's own; none of the runtime's is
 * passed on. Runs on the connection's event loop.
 */
final class Reply {
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

  /** Told once, when the answer is complete. */
  interface Completion {
    /**
     * The answer is written.
     *
     * @param reusable whether another request may follow on the connection
     */
    void complete(boolean reusable);
  }

  private final Channel channel;
  private final String id;
  private final boolean keepAlive;
  private final Completion completion;
  private Optional<RequestRate.Verdict> rate;
  private boolean streaming;

  Reply(
      Channel channel,
      String id,
      boolean keepAlive,
      Optional<RequestRate.Verdict> rate,
      Completion completion) {
    this.channel = channel;
    this.id = id;
    this.keepAlive = keepAlive;
    this.rate = rate;
    this.completion = completion;
  }

  /** The narrower rate that the model's policy sets. */
  void rate(RequestRate.Verdict verdict) {
    rate = Optional.of(verdict);
  }

  String id() {
    return id;
  }

  EventLoop loop() {
    return channel.eventLoop();
  }

  boolean writable() {
    return channel.isWritable();
  }

  boolean streaming() {
    return streaming;
  }

  void json(int status, ByteBuffer body) {
    whole(status, body, Optional.empty());
  }

  void refuse(Refusal refusal) {
    whole(refusal.status(), ByteBuffer.wrap(refusal.body().canonical()), refusal.retryAfter());
  }

  private void whole(int status, ByteBuffer body, Optional<Duration> retryAfter) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.remaining());
    common(headers);
    retryAfter.ifPresent(
        wait -> headers.set(HttpHeaderNames.RETRY_AFTER, Long.toString(wait.toSeconds() + 1)));
    var _ = channel.writeAndFlush(response, channel.voidPromise());
    completion.complete(keepAlive);
  }

  /** Sends one event, and the response's head before the first. Not flushed. */
  void event(ByteBuffer json) {
    if (!streaming) {
      streaming = true;
      startStream();
    }
    ByteBuf event = channel.alloc().buffer(json.remaining() + framing());
    event.writeCharSequence("data: ", StandardCharsets.US_ASCII);
    event.writeBytes(json.duplicate()).writeByte('\n').writeByte('\n');
    var _ = channel.write(new DefaultHttpContent(event), channel.voidPromise());
  }

  /** Bytes of an event around its JSON, as they are counted. */
  static int framing() {
    return "data: \n\n".length();
  }

  void flush() {
    channel.flush();
  }

  private void startStream() {
    DefaultHttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    HttpHeaders headers = response.headers();
    headers.set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    common(headers);
    var _ = channel.write(response, channel.voidPromise());
  }

  /** Ends a stream that is complete. */
  void done() {
    if (!streaming) {
      streaming = true;
      startStream();
    }
    var _ =
        channel.write(new DefaultHttpContent(Unpooled.wrappedBuffer(DONE)), channel.voidPromise());
    var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    completion.complete(keepAlive);
  }

  /** Ends a stream that is not: an error event, no [DONE], and the connection closes. */
  void broken(Refusal refusal) {
    event(ByteBuffer.wrap(refusal.body().canonical()));
    var _ = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    completion.complete(false);
  }

  /** Ends without another byte: the log did not take the entry that must come before it. */
  void abandon() {
    completion.complete(false);
  }

  private void common(HttpHeaders headers) {
    headers.set("x-request-id", id);
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    rate.ifPresent(r -> {
      headers.set("x-ratelimit-limit-requests", Integer.toString(r.limit()));
      headers.set("x-ratelimit-remaining-requests", Long.toString(r.remaining()));
      headers.set("x-ratelimit-reset-requests", r.reset().toMillis() + "ms");
    });
  }
}
