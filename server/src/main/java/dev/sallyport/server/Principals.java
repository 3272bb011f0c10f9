package dev.sallyport.server;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.gateway.Principal;
import dev.sallyport.gateway.Quota;
import dev.sallyport.gateway.Tier;
import dev.sallyport.risk.Audience;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of the API, as the log tells. Guarded by its owner's lock. */
final class Principals {
  private static final int MAX_NAME = 64;
  private static final int MAX_VETTING = 500;

  /** A user with the hash of their key. */
  record Holder(Principal principal, Digest keyHash, String vetting) {
    /** Reads the arguments of {@code principal.add}. */
    static Holder read(Json.Obj arguments) throws BadInput {
      arguments.only(
          "name",
          "tier",
          "keyHash",
          "vetting",
          "requestsPerMinute",
          "tokensPerDay",
          "bytesPerDay",
          "maxTokensPerRequest",
          "concurrentRequests");
      String name = arguments.string("name");
      String vetting = arguments.findString("vetting").orElse("");
      if (name.isEmpty() || name.length() > MAX_NAME || vetting.length() > MAX_VETTING) {
        throw new BadInput(
            "name of 1 to " + MAX_NAME + " characters, vetting of up to " + MAX_VETTING);
      }
      Tier tier = Tier.valueOf(Audience.parse(arguments.string("tier")).name());
      return new Holder(
          new Principal(name, tier, quota(arguments)), arguments.digest("keyHash"), vetting);
    }

    private static Quota quota(Json.Obj arguments) throws BadInput {
      return new Quota(
          (int) limit(arguments, "requestsPerMinute", Integer.MAX_VALUE),
          limit(arguments, "tokensPerDay", Long.MAX_VALUE),
          limit(arguments, "bytesPerDay", Long.MAX_VALUE),
          (int) limit(arguments, "maxTokensPerRequest", Integer.MAX_VALUE),
          (int) limit(arguments, "concurrentRequests", Integer.MAX_VALUE));
    }

    private static long limit(Json.Obj arguments, String name, long open) throws BadInput {
      if (arguments.find(name).isEmpty()) {
        return open;
      }
      long value = arguments.integer(name);
      if (value < 1 || value > open) {
        throw new BadInput("limit " + name + " is " + value + "; 1 to " + open + " are allowed");
      }
      return value;
    }

    Json.Obj toJson() {
      return Json.obj()
          .put("name", principal.name())
          .put("tier", principal.tier().name())
          .put("vetting", vetting)
          .build();
    }
  }

  private final Map<String, Holder> byName = new LinkedHashMap<>();
  private final Map<Digest, Principal> byKey = new HashMap<>();

  /** Fails if the name or the key is taken. */
  void add(Holder holder) throws BadInput {
    String name = holder.principal().name();
    if (byName.containsKey(name) || byKey.containsKey(holder.keyHash())) {
      throw new BadInput("principal \"" + Json.clip(name) + "\" or its key exists already");
    }
    byName.put(name, holder);
    byKey.put(holder.keyHash(), holder.principal());
  }

  void remove(String name) throws BadInput {
    Holder gone = find(name).orElseThrow(() -> unknown(name));
    byName.remove(name);
    byKey.remove(gone.keyHash());
  }

  static BadInput unknown(String name) {
    return new BadInput("principal \"" + Json.clip(name) + "\" is not known");
  }

  Optional<Holder> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  boolean hasKey(Digest hash) {
    return byKey.containsKey(hash);
  }

  List<Holder> all() {
    return new ArrayList<>(byName.values());
  }

  /** An immutable picture for the gateway. */
  Map<Digest, Principal> snapshot() {
    return Map.copyOf(byKey);
  }
}
