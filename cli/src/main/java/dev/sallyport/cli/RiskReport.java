package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ControlEvidence;
import dev.sallyport.risk.Controls;
import dev.sallyport.risk.Criterion;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Evaluation.Condition;
import dev.sallyport.risk.Evidence;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import dev.sallyport.risk.Zone;
import dev.sallyport.risk.ZoneReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The six stages as they stand for one model. It decides nothing, and judges nothing by itself:
 * zones are those of {@link ZoneReport} and controls those of {@link Controls}, as at the gate, on
 * statements whose signatures were verified here. Only what was left out, withdrawn or struck is
 * the server's word.
 *
 * @param register of risks, as its file says
 * @param documents every version of policy and thresholds, the last of each in force
 * @param evidence all about this version of the model, and about the installation
 * @param releases of the model, in full
 * @param waivers for the model
 * @param failing controls that a check of the installation's own finds broken
 */
record RiskReport(
    Model model,
    TrustRoot root,
    Json.Obj register,
    SignedDocuments documents,
    List<Item> evidence,
    List<Json.Obj> releases,
    List<Json.Obj> waivers,
    Set<String> failing,
    Instant now) {

  /** A version of a model. */
  record Model(String name, Digest manifest) {}

  /** A piece of evidence as it was signed, and what became of it. */
  record Item(Attested attested, boolean withdrawn, boolean struck) {
    static Item read(TrustRoot root, Json.Obj json) throws BadInput {
      return new Item(
          Attested.parse(root.verify(Envelope.parse(json.object("envelope")))),
          json.bool("withdrawn"),
          json.bool("struck"));
    }

    /** What is said of this version of a model, and of this installation. */
    static List<Item> about(Control server, Subject model, TrustRoot root)
        throws Failure, BadInput {
      List<Item> items = new ArrayList<>();
      for (Digest about : List.of(model.digest(), root.id())) {
        Json.Obj listed = server.ask("evidence.signed", Json.obj().put("about", about));
        for (Json.Obj item : listed.objects("evidence")) {
          items.add(read(root, item));
        }
      }
      return items;
    }

    Digest id() {
      return attested.id();
    }

    Evidence said() {
      return attested.evidence();
    }

    /** Whether the gate would look at it: about this model or this installation, not struck. */
    boolean stands(Digest manifest, Digest root) {
      return !struck && attested.concerns(manifest, root);
    }

    String by() {
      return String.join(",", attested.assessors().stream().map(Person::name).toList());
    }

    /** Why it says nothing any more; empty if it does. */
    String over(Instant now) {
      if (struck || withdrawn) {
        return struck ? "STRUCK" : "WITHDRAWN";
      }
      return attested.evidence().fresh(now) ? "" : "LAPSED";
    }
  }

  RiskReport {
    evidence = List.copyOf(evidence);
    releases = List.copyOf(releases);
    waivers = List.copyOf(waivers);
    failing = Set.copyOf(failing);
  }

  /** What is required, and what was said about it. */
  record Required(
      String control, Optional<Controls.Word> word, boolean broken, List<Item> evidence) {
    Required {
      evidence = List.copyOf(evidence);
    }

    /** As the gate sees it: shown to be effective, and found broken by no check. */
    boolean effective() {
      return !broken && word.filter(Controls.Word::effective).isPresent();
    }
  }

  Thresholds thresholds() {
    return documents.thresholds().document();
  }

  Policy policy() {
    return documents.policy().document();
  }

  /** The zones on all evidence, which decide. */
  ZoneReport before() {
    return zones(EnumSet.allOf(Condition.class));
  }

  /** The zones on what was evaluated with its guards: what remains after mitigation. */
  ZoneReport after() {
    return zones(EnumSet.of(Condition.MITIGATED));
  }

  private ZoneReport zones(Set<Condition> conditions) {
    List<Attested> counted = new ArrayList<>();
    for (Attested a : standing()) {
      if (a.evidence() instanceof Evaluation e && conditions.contains(e.condition())) {
        counted.add(a);
      }
    }
    return ZoneReport.of(thresholds(), counted, withdrawn(), now);
  }

  /** What the gate would look at: about this model or this installation, and not struck. */
  private List<Attested> standing() {
    return evidence.stream()
        .filter(i -> i.stands(model.manifest(), root.id()))
        .map(Item::attested)
        .toList();
  }

  private Set<Digest> withdrawn() {
    Set<Digest> withdrawn = new HashSet<>();
    evidence.stream().filter(Item::withdrawn).map(Item::id).forEach(withdrawn::add);
    return withdrawn;
  }

  boolean hasMitigated() {
    return evidence.stream()
        .anyMatch(i ->
            i.attested().evidence() instanceof Evaluation e
                && e.condition() == Condition.MITIGATED);
  }

  /** The runs that measure what this criterion judges. */
  List<Item> evaluations(Criterion criterion) {
    return evidence.stream()
        .filter(i -> i.attested().evidence() instanceof Evaluation e && criterion.concerns(e))
        .toList();
  }

  /** The widest audience that the policy permits for this zone. */
  Optional<Audience> widest(Zone zone) {
    Optional<Audience> widest = Optional.empty();
    for (Audience audience : Audience.values()) {
      if (policy().permits(zone, audience)) {
        widest = Optional.of(audience);
      }
    }
    return widest;
  }

  /** The controls that a release to this audience takes, and what speaks for them. */
  List<Required> controls(Zone zone, Audience audience) {
    Controls controls = Controls.of(policy(), standing(), withdrawn(), now);
    List<Required> states = new ArrayList<>();
    for (String control : policy().controls(zone, audience)) {
      states.add(
          new Required(control, controls.word(control), failing.contains(control), about(control)));
    }
    return states;
  }

  /** All that was said about a control, superseded and withdrawn words too. */
  private List<Item> about(String control) {
    return evidence.stream()
        .filter(i ->
            i.attested().evidence() instanceof ControlEvidence c && c.control().equals(control))
        .toList();
  }

  Json.Obj toJson() throws BadInput {
    return new RiskReportJson(this).build();
  }
}
