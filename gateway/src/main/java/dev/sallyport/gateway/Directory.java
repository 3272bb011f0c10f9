package dev.sallyport.gateway;

import dev.sallyport.core.Digest;
import java.util.List;
import java.util.Optional;

/**
 * What the log says about principals and models, read on event loops: answers come from a snapshot
 * in memory and never block.
 */
public interface Directory {
  /** The holder of the key with this hash ({@link ApiKey#hash}); empty if none or removed. */
  Optional<Principal> principalByKeyHash(Digest keyHash);

  /** The state of the model of this (hostile) name. */
  ModelState model(String name);

  /** Names of the models that this principal may use now, for {@code GET /v1/models}. */
  List<String> models(Principal principal);
}
