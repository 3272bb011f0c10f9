import org.jspecify.annotations.NullMarked;

/** Netty data plane: tiers, quotas, budgets. */
@NullMarked
module dev.sallyport.gateway {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires io.netty.common;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.transport.unix.common;
  requires io.netty.transport.classes.epoll;
  requires io.netty.handler;
  requires io.netty.codec;
  requires io.netty.codec.http;

  exports dev.sallyport.gateway;
}
