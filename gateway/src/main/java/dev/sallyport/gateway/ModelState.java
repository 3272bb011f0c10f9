package dev.sallyport.gateway;

import java.nio.file.Path;
import java.util.Map;

/** What the installation says about a model name at one moment. */
public sealed interface ModelState {
  /** No such model: 404. */
  record Unknown() implements ModelState {}

  /**
   * A model whose release is not in force or whose runtime does not run: 503 for those within the
   * audience, 403 for others.
   *
   * @param audience that of its last release; {@link Tier#INTERNAL} if it never had one
   */
  record Stopped(Tier audience) implements ModelState {}

  /**
   * A model that runs under an active release.
   *
   * @param audience the widest tier that the release permits
   * @param socket Unix socket on which its runtime speaks HTTP/1.1, OpenAI-compatible
   * @param tiers what each tier may do; a tier that is absent may do nothing
   * @param bytesPerDay egress budget of the whole model per UTC day, over all principals
   */
  record Serving(Tier audience, Path socket, Map<Tier, TierPolicy> tiers, long bytesPerDay)
      implements ModelState {
    public Serving {
      tiers = Map.copyOf(tiers);
    }
  }
}
