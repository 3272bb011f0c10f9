package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the hardware must say before a key goes to it, from a zone and an audience on (spec
 * evidence.md §3). Worse zones and wider audiences are under the rule too, so a policy cannot ask
 * less of them.
 *
 * @param accept one of these must be said
 */
public record AttestationRule(Zone zone, Audience audience, List<Accepted> accept) {
  private static final int MAX = 100;
  private static final int MAX_CLAIM = 512;

  /**
   * A type of hardware, and claims that it must make word for word.
   *
   * @param claims with {@code measurement} at least: hardware that runs anything proves nothing
   */
  public record Accepted(String type, Map<String, String> claims) {
    public Accepted {
      claims = Map.copyOf(claims);
    }
  }

  public AttestationRule {
    accept = List.copyOf(accept);
  }

  boolean applies(Zone to, Audience by) {
    return !zone.worseThan(to) && !audience.widerThan(by);
  }

  static List<AttestationRule> read(Json.Obj policy) throws BadInput {
    List<AttestationRule> rules = new ArrayList<>();
    if (policy.find("attestation").isPresent()) {
      for (Json.Obj rule : bounded(policy.objects("attestation"))) {
        rule.only("zone", "audience", "accept");
        List<Accepted> accept = new ArrayList<>();
        for (Json.Obj accepted : bounded(rule.objects("accept"))) {
          accept.add(accepted(accepted.only("type", "claims")));
        }
        Zone zone = Zone.parse(rule.string("zone"));
        rules.add(new AttestationRule(zone, Audience.parse(rule.string("audience")), accept));
      }
    }
    return rules;
  }

  private static List<Json.Obj> bounded(List<Json.Obj> items) throws BadInput {
    if (items.isEmpty() || items.size() > MAX) {
      throw new BadInput("attestation has " + items.size() + " items; 1 to " + MAX + " allowed");
    }
    return items;
  }

  private static Accepted accepted(Json.Obj json) throws BadInput {
    String type = Field.id(json, "type");
    if (type.equals("none")) {
      throw new BadInput("attestation accepts \"none\"; leave the rule out instead");
    }
    SortedMap<String, String> claims = new TreeMap<>();
    Json.Obj stated = json.object("claims");
    for (String name : stated.members().keySet()) {
      claims.put(name, Field.text(stated, name, MAX_CLAIM));
    }
    if (!claims.containsKey("measurement") || claims.size() > MAX) {
      throw new BadInput("attestation of type " + type + " names no measurement, or too much");
    }
    return new Accepted(type, claims);
  }
}
