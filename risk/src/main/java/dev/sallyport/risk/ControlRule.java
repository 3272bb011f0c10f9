package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What makes evidence about one control count for a release (spec/evidence.md §3).
 *
 * @param attest roles, one of which everyone who signs must have
 * @param kinds of evidence that satisfy it
 * @param days after which it says nothing any more, whatever it says itself
 */
public record ControlRule(Set<Role> attest, SortedSet<String> kinds, long days) {
  /** What holds for a control without a rule of its own. */
  static final ControlRule NONE = new ControlRule(Set.of(Role.ASSESSOR), new TreeSet<>(), 36_500);

  private static final int MAX = 1000;

  public ControlRule {
    attest = Set.copyOf(attest);
  }

  /** Whether a statement that speaks well of the control is one that counts. */
  public boolean admits(Collection<Person> signers, ControlEvidence e) {
    return signers.stream().allMatch(p -> attest.contains(p.role())) && takes(e.kind());
  }

  /** Whether evidence of this kind can satisfy the control. */
  public boolean takes(String kind) {
    return kinds.isEmpty() || kinds.contains(kind);
  }

  /** When this evidence lapses under the rule. */
  Instant until(ControlEvidence e) {
    Instant cap = e.observed().plus(Duration.ofDays(days));
    return cap.isBefore(e.validUntil()) ? cap : e.validUntil();
  }

  /** Whether this rule lets nothing through that the other stops. */
  boolean atLeastAsStrictAs(ControlRule other) {
    boolean fewerKinds =
        other.kinds.isEmpty() || (!kinds.isEmpty() && other.kinds.containsAll(kinds));
    return other.attest.containsAll(attest) && fewerKinds && days <= other.days;
  }

  static SortedMap<String, ControlRule> read(Json.Obj policy) throws BadInput {
    SortedMap<String, ControlRule> rules = new TreeMap<>();
    if (policy.find("controlRules").isPresent()) {
      Map<String, Json> stated = policy.object("controlRules").members();
      if (stated.size() > MAX) {
        throw new BadInput("controlRules has " + stated.size() + " members; limit " + MAX);
      }
      for (String control : stated.keySet()) {
        Json.Obj rule = policy.object("controlRules").object(control);
        rule.only("attest", "evidence", "days");
        rules.put(
            Field.id(control, "control"),
            new ControlRule(
                roles(rule.strings("attest")),
                kinds(rule.strings("evidence")),
                Field.count(rule, "days", 1, NONE.days)));
      }
    }
    return rules;
  }

  private static Set<Role> roles(List<String> labels) throws BadInput {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String label : labels) {
      Role role = Role.parse(label);
      if (role != Role.ASSESSOR && role != Role.AUDIT_ADMIN) {
        throw new BadInput("a " + label + " cannot attest a control; assessor and audit-admin can");
      }
      roles.add(role);
    }
    if (roles.isEmpty()) {
      throw new BadInput("attest names no role");
    }
    return roles;
  }

  private static SortedSet<String> kinds(List<String> names) throws BadInput {
    SortedSet<String> kinds = new TreeSet<>();
    for (String name : names) {
      kinds.add(Field.id(name, "evidence"));
    }
    return kinds;
  }
}
