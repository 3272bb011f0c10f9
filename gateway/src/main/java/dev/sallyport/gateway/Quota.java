package dev.sallyport.gateway;

/**
 * How much one principal may use. Days are UTC days.
 *
 * @param requestsPerMinute sustained rate and burst
 * @param tokensPerDay prompt and completion tokens
 * @param bytesPerDay answer bytes that may leave: the egress budget
 * @param maxTokensPerRequest completion tokens over all choices of one request
 * @param concurrentRequests requests in flight
 */
public record Quota(
    int requestsPerMinute,
    long tokensPerDay,
    long bytesPerDay,
    int maxTokensPerRequest,
    int concurrentRequests) {
  /** No limit of its own; for {@link #narrow} with a quota that has one. */
  public static final Quota OPEN =
      new Quota(
          Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  public Quota {
    if (requestsPerMinute < 0
        || tokensPerDay < 0
        || bytesPerDay < 0
        || maxTokensPerRequest < 1
        || concurrentRequests < 0) {
      throw new IllegalArgumentException("internal error: negative quota");
    }
  }

  /** The smaller of each limit. */
  public Quota narrow(Quota other) {
    return new Quota(
        Math.min(requestsPerMinute, other.requestsPerMinute),
        Math.min(tokensPerDay, other.tokensPerDay),
        Math.min(bytesPerDay, other.bytesPerDay),
        Math.min(maxTokensPerRequest, other.maxTokensPerRequest),
        Math.min(concurrentRequests, other.concurrentRequests));
  }
}
