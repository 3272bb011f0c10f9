package dev.sallyport.cli;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Person;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Controls;
import dev.sallyport.risk.Policy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which controls are effective, by the gate's own rule on what the server lists. */
final class ControlStates {
  private final Policy policy;
  private final Controls controls;
  private final Map<String, RiskReport.Item> latest = new HashMap<>();

  ControlStates(
      Policy policy, List<RiskReport.Item> evidence, Collection<Person> people, Instant now) {
    this.policy = policy;
    Map<String, Person> byName = new HashMap<>();
    people.forEach(person -> byName.put(person.name(), person));
    List<Attested> counted = new ArrayList<>();
    Set<Digest> withdrawn = new HashSet<>();
    for (RiskReport.Item item : evidence) {
      if (item.said() instanceof ControlEvidence said && !item.struck()) {
        Optional<List<Person>> signers = signers(item, byName);
        if (signers.isPresent()) {
          counted.add(new Attested(item.id(), signers.get(), said));
          remember(item, said, signers.get());
        }
        if (item.withdrawn()) {
          withdrawn.add(item.id());
        }
      }
    }
    this.controls = Controls.of(policy, counted, withdrawn, now);
  }

  ControlState of(String control) {
    return new ControlState(
        control, Optional.ofNullable(latest.get(control)), controls.until(control));
  }

  /** Who signed; empty if one of them is nobody of the trust root. */
  private static Optional<List<Person>> signers(RiskReport.Item item, Map<String, Person> byName) {
    List<Person> signers = new ArrayList<>();
    for (String name : item.by().split(",", -1)) {
      Person person = byName.get(name);
      if (person == null) {
        return Optional.empty();
      }
      signers.add(person);
    }
    return Optional.of(signers);
  }

  private void remember(RiskReport.Item item, ControlEvidence said, List<Person> signers) {
    boolean counts = !said.effective() || policy.controlRule(said.control()).admits(signers, said);
    if (counts) {
      latest.merge(said.control(), item, ControlStates::later);
    }
  }

  /** The later word; of two at one instant the one that speaks ill. */
  private static RiskReport.Item later(RiskReport.Item a, RiskReport.Item b) {
    int order = a.said().observed().compareTo(b.said().observed());
    if (order == 0) {
      boolean good = a.said() instanceof ControlEvidence c && c.effective() && !a.withdrawn();
      return good ? b : a;
    }
    return order > 0 ? a : b;
  }
}
