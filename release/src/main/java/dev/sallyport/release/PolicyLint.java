package dev.sallyport.release;

import dev.sallyport.risk.Audience;
import dev.sallyport.risk.Zone;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The rules of a policy document (spec/evidence.md §3), each with its place. */
final class PolicyLint {
  private static final String NONE = "NONE";
  private static final long MOST = 1L << 50;

  private final LintNode root;
  private final Map<Zone, Optional<Audience>> widest = new EnumMap<>(Zone.class);
  private final Map<Zone, Map<Audience, Set<String>>> added = new EnumMap<>(Zone.class);
  private final Map<Audience, Set<String>> controls = new EnumMap<>(Audience.class);
  private final Map<Audience, LintNode.Read<Long>> quorums = new EnumMap<>(Audience.class);

  private PolicyLint(LintNode root) {
    this.root = root;
  }

  static void check(LintNode root) {
    PolicyLint lint = new PolicyLint(root);
    root.only(
        "version",
        "zones",
        "audiences",
        "tiers",
        "leaseSeconds",
        "approvalDays",
        "dwellSeconds",
        "modelBytesPerDay",
        "attestation",
        "promotion",
        "neverWaived",
        "controlRules",
        "proposedBy");
    root.count("version", 1, 1L << 40);
    root.count("leaseSeconds", 1, 300);
    root.count("approvalDays", 1, 366);
    root.count("dwellSeconds", 0, 366L * 86_400);
    root.count("modelBytesPerDay", 0, MOST);
    root.need("zones").ifPresent(lint::zones);
    root.need("audiences").ifPresent(lint::audiences);
    root.need("tiers").ifPresent(PolicyLint::tiers);
    lint.monotone();
  }

  /** Every control that the document names outside its rules, each at its place. */
  static List<LintNode.Read<String>> named(LintNode root) {
    List<LintNode.Read<String>> all = new ArrayList<>();
    for (LintNode zone : members(root, "zones")) {
      zone.find("controls")
          .ifPresent(
              lists -> lists.names().forEach(audience -> all.addAll(lists.ids(audience, 0, 1000))));
    }
    for (LintNode audience : members(root, "audiences")) {
      all.addAll(audience.ids("controls", 0, 1000));
    }
    for (String list : List.of("promotion", "neverWaived")) {
      if (root.has(list)) {
        all.addAll(root.ids(list, 0, 1000));
      }
    }
    return all;
  }

  private static List<LintNode> members(LintNode root, String name) {
    List<LintNode> members = new ArrayList<>();
    root.find(name)
        .ifPresent(group -> group.names().forEach(n -> group.find(n).ifPresent(members::add)));
    return members;
  }

  private static <E extends Enum<E>> String[] names(E[] values) {
    return Stream.of(values).map(Enum::name).toArray(String[]::new);
  }

  private void zones(LintNode zones) {
    zones.only(names(Zone.values()));
    for (Zone zone : Zone.values()) {
      Optional<LintNode> rule = zones.need(zone.name());
      if (rule.isPresent() && rule.get().only("audience", "controls", "tiers")) {
        zone(zone, rule.get());
      }
    }
  }

  private void zone(Zone zone, LintNode rule) {
    List<String> words = new ArrayList<>(List.of(names(Audience.values())));
    words.add(NONE);
    Optional<LintNode.Read<String>> to = rule.word("audience", words);
    if (to.isPresent()) {
      boolean nobody = to.get().value().equals(NONE);
      if (zone == Zone.RED && !nobody) {
        to.get().at().wrong("red-permits", "RED permits " + to.get().value(), "it must be NONE");
      }
      widest.put(zone, nobody ? Optional.empty() : Optional.of(Audience.valueOf(to.get().value())));
    }
    rule.find("tiers").ifPresent(PolicyLint::someTiers);
    Optional<LintNode> lists = rule.need("controls");
    if (lists.isPresent() && lists.get().only(names(Audience.values()))) {
      Map<Audience, Set<String>> byAudience = new EnumMap<>(Audience.class);
      for (Audience audience : Audience.values()) {
        if (lists.get().has(audience.name())) {
          byAudience.put(audience, set(lists.get().ids(audience.name(), 0, 1000)));
        }
      }
      added.put(zone, byAudience);
    }
  }

  private static Set<String> set(List<LintNode.Read<String>> ids) {
    Set<String> set = new TreeSet<>();
    ids.forEach(id -> set.add(id.value()));
    return set;
  }

  private void audiences(LintNode audiences) {
    audiences.only(names(Audience.values()));
    for (Audience audience : Audience.values()) {
      Optional<LintNode> rule = audiences.need(audience.name());
      if (rule.isPresent() && rule.get().only("quorum", "controls")) {
        controls.put(audience, set(rule.get().ids("controls", 0, 1000)));
        rule.get().count("quorum", 1, 64).ifPresent(q -> quorum(audience, q));
      }
    }
  }

  private void quorum(Audience audience, LintNode.Read<Long> quorum) {
    quorums.put(audience, quorum);
    if (quorum.value() == 1 && audience.widerThan(Audience.INTERNAL)) {
      quorum
          .at()
          .warn("quorum-of-one", "one person releases to " + audience, "two or more are advised");
    }
  }

  private static void tiers(LintNode tiers) {
    for (Audience audience : Audience.values()) {
      tiers.need(audience.name());
    }
    someTiers(tiers);
  }

  /** The tiers of some audiences: at a zone they take the place of the usual ones. */
  private static void someTiers(LintNode tiers) {
    tiers.only(names(Audience.values()));
    for (Audience audience : Audience.values()) {
      tiers.find(audience.name()).ifPresent(PolicyLint::tier);
    }
  }

  private static void tier(LintNode tier) {
    if (tier.only(
        "paths",
        "fields",
        "requestsPerMinute",
        "tokensPerDay",
        "bytesPerDay",
        "maxTokensPerRequest",
        "concurrentRequests")) {
      tier.strings("paths");
      tier.strings("fields");
      tier.count("requestsPerMinute", 0, 1 << 30);
      tier.count("tokensPerDay", 0, MOST);
      tier.count("bytesPerDay", 0, MOST);
      tier.count("maxTokensPerRequest", 1, 1 << 30);
      tier.count("concurrentRequests", 0, 1 << 30);
    }
  }

  /** A worse zone or a wider audience never asks for less; each break at its own place. */
  private void monotone() {
    for (Zone zone : Zone.values()) {
      for (Zone better : Zone.values()) {
        if (zone.worseThan(better) && wider(zone, better)) {
          at("zones", zone.name(), "audience")
              .wrong(
                  "not-monotone",
                  zone + " permits " + name(zone) + ", " + better + " only " + name(better),
                  "a worse zone permits no more");
        }
      }
    }
    for (Audience audience : Audience.values()) {
      audience.narrower().ifPresent(narrower -> quorumsRise(audience, narrower));
      for (Zone zone : Zone.values()) {
        if (permits(zone, audience)) {
          controlsRise(zone, audience);
        }
      }
    }
  }

  private void quorumsRise(Audience audience, Audience narrower) {
    LintNode.Read<Long> wide = quorums.get(audience);
    LintNode.Read<Long> narrow = quorums.get(narrower);
    boolean someoneMay = widest.keySet().stream().anyMatch(zone -> permits(zone, audience));
    if (wide != null && narrow != null && someoneMay && wide.value() < narrow.value()) {
      wide.at()
          .wrong(
              "not-monotone",
              "quorum "
                  + wide.value()
                  + " for "
                  + audience
                  + ", "
                  + narrow.value()
                  + " for "
                  + narrower,
              "a wider audience takes no fewer people");
    }
  }

  private void controlsRise(Zone zone, Audience audience) {
    Optional<Audience> narrower = audience.narrower();
    if (narrower.isPresent()) {
      missing(all(zone, narrower.get()), all(zone, audience))
          .ifPresent(less ->
              at("audiences", audience.name(), "controls")
                  .wrong(
                      "not-monotone",
                      zone + " to " + audience + " does without " + less,
                      "what " + narrower.get() + " takes"));
    }
    for (Zone better : Zone.values()) {
      if (zone.worseThan(better)) {
        missing(all(better, audience), all(zone, audience))
            .ifPresent(less ->
                at("zones", zone.name(), "controls")
                    .wrong(
                        "not-monotone",
                        zone + " to " + audience + " does without " + less,
                        "what " + better + " takes"));
      }
    }
  }

  private static Optional<String> missing(Set<String> less, Set<String> more) {
    Set<String> missing = new TreeSet<>(less);
    missing.removeAll(more);
    return missing.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", missing));
  }

  private Set<String> all(Zone zone, Audience audience) {
    Set<String> all = new TreeSet<>(controls.getOrDefault(audience, Set.of()));
    all.addAll(added.getOrDefault(zone, Map.of()).getOrDefault(audience, Set.of()));
    return all;
  }

  private boolean permits(Zone zone, Audience audience) {
    return widest
        .getOrDefault(zone, Optional.empty())
        .filter(w -> !audience.widerThan(w))
        .isPresent();
  }

  private boolean wider(Zone zone, Zone than) {
    Optional<Audience> mine = widest.getOrDefault(zone, Optional.empty());
    Optional<Audience> other = widest.getOrDefault(than, Optional.empty());
    boolean bothRead = widest.containsKey(zone) && widest.containsKey(than);
    return bothRead && mine.isPresent() && (other.isEmpty() || mine.get().widerThan(other.get()));
  }

  private String name(Zone zone) {
    return widest.getOrDefault(zone, Optional.empty()).map(Enum::name).orElse(NONE);
  }

  private LintNode at(String... path) {
    LintNode node = root;
    for (String name : path) {
      node = node.find(name).orElse(node);
    }
    return node;
  }
}
