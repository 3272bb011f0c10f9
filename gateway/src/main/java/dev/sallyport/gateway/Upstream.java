package dev.sallyport.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One request to a runtime over its Unix socket. A connection serves one request: to cancel is to
 * close, which every runtime understands, and nothing of one answer can reach the next. Runs on the
 * client connection's event loop.
 */
final class Upstream extends SimpleChannelInboundHandler<HttpObject> {
  private static final int MAX_LINE = 1024;
  private static final int MAX_HEADERS = 16 << 10;
  private static final int MAX_CHUNK = 64 << 10;
  private static final int CONNECT_MILLIS = 5_000;

  /** Who is told what the runtime answers. */
  interface Listener {
    /** The runtime answers; {@code type} is the media type, lower case, without parameters. */
    void answering(int status, String type);

    /** A piece of the body, valid during the call. */
    void piece(ByteBuf bytes);

    /** No more pieces for now. */
    void pause();

    /** The body is complete. */
    void complete();

    /** Nobody listens on the runtime's socket. */
    void unreachable();

    /** The runtime broke off, or speaks no HTTP. */
    void lost();
  }

  private final Listener listener;
  private final Channel channel;

  private Upstream(Listener listener, Channel channel) {
    this.listener = listener;
    this.channel = channel;
  }

  /** Connects and sends {@code body} to {@code path}. */
  static Upstream post(
      Transport transport, EventLoop loop, Path socket, String path, byte[] body, Listener to) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.unix())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new HttpClientCodec(MAX_LINE, MAX_HEADERS, MAX_CHUNK));
                  }
                });
    ChannelFuture connected = bootstrap.connect(transport.address().apply(socket));
    Upstream upstream = new Upstream(to, connected.channel());
    connected.addListener(
        (ChannelFutureListener)
            future -> {
              if (future.isSuccess()) {
                future.channel().pipeline().addLast(upstream);
                var _ = future.channel().writeAndFlush(request(path, body));
              } else {
                to.unreachable();
              }
            });
    return upstream;
  }

  private static DefaultFullHttpRequest request(String path, byte[] body) {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, path, Unpooled.wrappedBuffer(body));
    HttpHeaders headers = request.headers();
    headers.set(HttpHeaderNames.HOST, "localhost");
    headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return request;
  }

  /** Whether to read on. */
  void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  void close() {
    var _ = channel.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject object) {
    if (object.decoderResult().isFailure()) {
      listener.lost();
      return;
    }
    if (object instanceof HttpResponse response) {
      String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
      listener.answering(
          response.status().code(), type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }
    if (object instanceof HttpContent content) {
      listener.piece(content.content());
    }
    if (object instanceof LastHttpContent) {
      listener.complete();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    listener.pause();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    listener.lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    listener.lost();
    var _ = context.close();
  }
}
