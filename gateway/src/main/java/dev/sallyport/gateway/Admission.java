package dev.sallyport.gateway;

import java.time.Duration;

/**
 * The decision whether a request with a valid key reaches a runtime: tier, path, fields, quota and
 * budget, in this order, so that what a tier may not know is not told by a later check.
 *
 * @param model as the directory knows it
 * @param policy the tier's policy for this model
 * @param prompt what the runtime gets
 * @param rate for the client's information
 */
record Admission(
    Principal principal,
    String model,
    ModelState.Serving serving,
    TierPolicy policy,
    Ledger.Account account,
    Prompt.Permitted prompt,
    RequestRate.Verdict rate) {

  /** Checks a whole request. */
  static Admission decide(Services services, Principal principal, Route route, Prompt prompt)
      throws Refused {
    ModelState.Serving serving = serving(services, principal, prompt.model());
    TierPolicy policy = serving.tiers().get(principal.tier());
    if (policy == null) {
      throw new Refused(Refusal.tierNotPermitted());
    }
    if (!policy.paths().contains(route.path())) {
      throw new Refused(Refusal.of(403, "path_not_permitted", "Your tier may not use this path."));
    }
    Quota quota = policy.quota().narrow(principal.quota());
    RequestRate.Verdict rate =
        services.rate().take(principal.name() + '\n' + prompt.model(), quota.requestsPerMinute());
    if (!rate.taken()) {
      throw new Refused(tooManyRequests(rate));
    }
    Ledger.Account account =
        new Ledger.Account(
            principal.name(),
            prompt.model(),
            quota.bytesPerDay(),
            quota.tokensPerDay(),
            serving.bytesPerDay());
    long tokensLeft = services.ledger().tokensLeft(account);
    if (tokensLeft == 0) {
      throw new Refused(Refusal.tokensExhausted(services.ledger().untilTomorrow()));
    }
    Prompt.Permitted permitted =
        prompt.permit(policy, Math.min(quota.maxTokensPerRequest(), tokensLeft));
    return new Admission(principal, prompt.model(), serving, policy, account, permitted, rate);
  }

  private static ModelState.Serving serving(Services services, Principal principal, String model)
      throws Refused {
    return switch (services.directory().model(model)) {
      case ModelState.Unknown u -> throw new Refused(Refusal.modelNotFound());
      case ModelState.Stopped s -> {
        boolean within = principal.tier().within(s.audience());
        throw new Refused(within ? Refusal.modelUnavailable() : Refusal.tierNotPermitted());
      }
      case ModelState.Serving s -> {
        if (!principal.tier().within(s.audience())) {
          throw new Refused(Refusal.tierNotPermitted());
        }
        yield s;
      }
    };
  }

  static Refusal tooManyRequests(RequestRate.Verdict rate) {
    return Refusal.of(429, "rate_limit_exceeded", "Too many requests per minute.")
        .retryAfter(rate.reset());
  }

  static Refusal tooManyAtOnce() {
    return Refusal.of(429, "rate_limit_exceeded", "Too many requests at once.")
        .retryAfter(Duration.ofSeconds(1));
  }

  static Refusal overloaded() {
    return Refusal.of(503, "overloaded", "The gateway holds too many requests at the moment.")
        .retryAfter(Duration.ofSeconds(1));
  }
}
