package dev.sallyport.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The data plane: TLS, OpenAI-compatible HTTP/1.1, tiers, quotas, egress budgets. Owns its event
 * loops and every connection on them; {@link #close} ends all.
 */
public final class Gateway implements AutoCloseable {
  private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(32 << 10, 64 << 10);
  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 20;

  private final Services services;
  private final EventLoopGroup loops;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listening;

  private Gateway(GatewayConfig config, Services services) throws IOException {
    this.services = services;
    SslContext tls = config.tls().context();
    this.loops = services.transport().loops(config.threads());
    try {
      this.listening = listen(config, tls);
    } catch (IOException e) {
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
    var _ =
        loops.scheduleAtFixedRate(
            services.refusals()::flush,
            RefusalLog.WINDOW_SECONDS,
            RefusalLog.WINDOW_SECONDS,
            TimeUnit.SECONDS);
  }

  /**
   * Starts to listen.
   *
   * @param ledger with the day's {@code budget.block} entries already restored
   * @throws IOException if the certificate cannot be read or the address is taken
   */
  public static Gateway start(
      GatewayConfig config, Directory directory, Recorder recorder, Ledger ledger, Clock clock)
      throws IOException {
    return start(config, Transport.best(), directory, recorder, ledger, clock);
  }

  static Gateway start(
      GatewayConfig config,
      Transport transport,
      Directory directory,
      Recorder recorder,
      Ledger ledger,
      Clock clock)
      throws IOException {
    return new Gateway(config, Services.of(config, transport, directory, recorder, ledger, clock));
  }

  private Channel listen(GatewayConfig config, SslContext tls) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(services.transport().server())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    admit(channel, tls);
                  }
                })
            .bind(config.listen())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + config.listen(), bound.cause());
    }
    return bound.channel();
  }

  private void admit(Channel channel, SslContext tls) {
    if (connections.size() >= services.limits().maxConnections() || services.draining().get()) {
      var _ = channel.close();
      return;
    }
    connections.add(channel);
    SslHandler handler = tls.newHandler(channel.alloc());
    handler.setHandshakeTimeoutMillis(services.limits().handshake().toMillis());
    channel
        .pipeline()
        .addLast(handler)
        .addLast(new StrictRequestDecoder(services.limits()))
        .addLast(new HttpResponseEncoder())
        .addLast(new ClientConnection(services, channel));
  }

  /** The port that it listens on. */
  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Ends all answers of this model that are under way: its release or its runtime is gone. */
  public void cutModel(String model) {
    for (Exchange exchange : services.live()) {
      if (exchange.model().equals(model)) {
        exchange.cut(Refusal.modelUnavailable());
      }
    }
  }

  /** Ends all answers to this principal that are under way: its key is no longer valid. */
  public void cutPrincipal(String principal) {
    for (Exchange exchange : services.live()) {
      if (exchange.principal().equals(principal)) {
        exchange.cut(Refusal.invalidKey());
      }
    }
  }

  @Override
  public void close() {
    close(DEFAULT_DRAIN);
  }

  /**
   * Stops listening, lets answers under way finish for at most {@code drain}, ends the rest, and
   * returns when no connection and no thread is left.
   */
  public void close(Duration drain) {
    services.draining().set(true);
    listening.close().awaitUninterruptibly();
    long end = System.nanoTime() + drain.toNanos();
    try {
      while (!services.live().isEmpty() && System.nanoTime() < end) {
        Thread.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      // Asked to hurry: end what is under way now.
      Thread.currentThread().interrupt();
    }
    connections.close().awaitUninterruptibly();
    services.refusals().flush();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
