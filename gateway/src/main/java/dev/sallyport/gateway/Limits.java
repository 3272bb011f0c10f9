package dev.sallyport.gateway;

import java.time.Duration;

/**
 * Bounds of the gateway itself, whatever the policy says.
 *
 * @param maxConnections client connections at once
 * @param maxHeaderBytes request line and all headers
 * @param maxBodyBytes one request body
 * @param maxBodiesBytes all request bodies held at once
 * @param maxAnswerBytes one answer that is not streamed, and one event of a streamed answer
 * @param concurrentPerPrincipal requests in flight per principal
 * @param handshake TLS handshake
 * @param request from the first possible byte of a request to its last
 * @param firstByte until the runtime answers
 * @param stall between two pieces of the runtime's answer, and until a client takes bytes
 */
public record Limits(
    int maxConnections,
    int maxHeaderBytes,
    int maxBodyBytes,
    long maxBodiesBytes,
    int maxAnswerBytes,
    int concurrentPerPrincipal,
    Duration handshake,
    Duration request,
    Duration firstByte,
    Duration stall) {
  public static final Limits DEFAULT =
      new Limits(
          4096,
          16 << 10,
          2 << 20,
          64 << 20,
          8 << 20,
          64,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(600),
          Duration.ofSeconds(120));
}
