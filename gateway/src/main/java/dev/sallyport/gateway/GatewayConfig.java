package dev.sallyport.gateway;

import java.net.InetSocketAddress;

/**
 * Where and how the gateway listens.
 *
 * @param listen address; port 0 picks a free one
 * @param threads event loops, at least 1
 */
public record GatewayConfig(InetSocketAddress listen, TlsMaterial tls, int threads, Limits limits) {
  public GatewayConfig {
    if (threads < 1) {
      throw new IllegalArgumentException("internal error: gateway without threads");
    }
  }
}
