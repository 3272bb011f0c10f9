package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Defaults;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlRule;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Zone;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a policy demands of each control.
 *
 * @param inForce whether it is the policy in force; else it is the shipped one
 */
record Demands(Policy policy, boolean inForce) {

  /** By the policy in force; by the shipped one if there is no installation or it does not run. */
  static Demands of(Session session) throws Failure, BadInput {
    try {
      return inForce(session);
    } catch (Failure e) {
      if (e.exit() != Exit.MISSING && e.exit() != Exit.UNAVAILABLE) {
        throw e;
      }
      return new Demands(Policy.read(Defaults.policy()), false);
    }
  }

  static Demands inForce(Session session) throws Failure, BadInput {
    return new Demands(Policy.read(session.control().ask("policy.show")), true);
  }

  /** Which policy it is, for people. */
  String source() {
    return inForce
        ? "policy version " + policy.version() + ", in force"
        : "the shipped policy; what is in force is not known, for no server answers";
  }

  /** The audiences at each zone to which no release goes without the control. */
  Map<Zone, List<Audience>> required(String control) {
    Map<Zone, List<Audience>> required = new LinkedHashMap<>();
    for (Zone zone : Zone.values()) {
      List<Audience> audiences = new ArrayList<>();
      for (Audience audience : Audience.values()) {
        if (policy.permits(zone, audience) && policy.controls(zone, audience).contains(control)) {
          audiences.add(audience);
        }
      }
      if (!audiences.isEmpty()) {
        required.put(zone, audiences);
      }
    }
    return required;
  }

  /** A policy never asks less of a wider audience, so the narrowest says it all. */
  String words(String control) {
    Map<Audience, List<String>> zones = new LinkedHashMap<>();
    required(control)
        .forEach((zone, audiences) ->
            zones.computeIfAbsent(audiences.getFirst(), a -> new ArrayList<>()).add(zone.name()));
    List<String> parts = new ArrayList<>();
    zones.forEach(
        (audience, names) -> parts.add("from " + audience + " at " + String.join(", ", names)));
    return parts.isEmpty() ? "of nobody" : String.join("; ", parts);
  }

  /** The policy's own rule on evidence, if it has one. */
  Optional<ControlRule> rule(String control) {
    return Optional.ofNullable(policy.controlRules().get(control));
  }

  /** Whether the policy says anything about it. */
  boolean names(String control) {
    return rule(control).isPresent() || !required(control).isEmpty();
  }

  /** Refuses an id that neither a catalogue nor the policy knows: mostly it is misspelt. */
  void requireKnown(Session session, String control) throws Failure, BadInput, IOException {
    if (!names(control) && OwnCatalogues.read(session.home()).control(control).isEmpty()) {
      throw new Failure(
          Exit.USAGE,
          "control \""
              + Json.clip(control)
              + "\" is neither in the policy nor in a catalogue; see: sallyport controls list");
    }
  }

  Json.Obj toJson() {
    return Json.obj().put("version", policy.version()).put("inForce", inForce).build();
  }

  Json requiredJson(String control) {
    Json.Builder json = Json.obj();
    required(control)
        .forEach((zone, audiences) ->
            json.put(zone.name(), Json.strings(audiences.stream().map(Enum::name).toList())));
    return json.build();
  }

  static Json.Obj toJson(ControlRule rule) {
    return Json.obj()
        .put("attest", Json.strings(roles(rule)))
        .put("evidence", Json.strings(List.copyOf(rule.kinds())))
        .put("days", rule.days())
        .build();
  }

  /** The roles that a rule admits, sorted. */
  static List<String> roles(ControlRule rule) {
    TreeSet<String> labels = new TreeSet<>();
    rule.attest().forEach(role -> labels.add(role.label()));
    return List.copyOf(labels);
  }
}
