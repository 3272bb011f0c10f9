package dev.sallyport.release;

import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a policy and a register say of controls, against the catalogues. The gate reads no
 * catalogue: what a policy leaves out is not enforced, so it is found here, before anyone signs.
 */
final class CatalogueReferences {
  /** The rules that this class finds broken in what the gate's reader takes. */
  static final Set<String> RULES = Set.of("control-unknown", "control-unruled", "rule-laxer");

  private static final int MOST = 1000;

  private final Catalogues catalogues;

  CatalogueReferences(Catalogues catalogues) {
    this.catalogues = catalogues;
  }

  /**
   * A control that no catalogue knows is a requirement that nobody can satisfy, or an exception
   * that meets nothing; and what counts as evidence is never less than the catalogue says.
   */
  void policy(LintNode root) {
    Set<String> ruled = new HashSet<>();
    Optional<LintNode> rules = root.find("controlRules");
    if (rules.isPresent()) {
      ruled.addAll(rules.get().names());
      for (String id : rules.get().names()) {
        rules.get().find(id).ifPresent(rule -> rule(id, rule));
      }
    }
    Set<String> told = new HashSet<>();
    for (LintNode.Read<String> named : PolicyLint.named(root)) {
      String id = named.value();
      if (catalogues.control(id).isEmpty()) {
        unknown(id, named.at());
      } else if (!ruled.contains(id) && told.add(id)) {
        named
            .at()
            .wrong(
                "control-unruled",
                id + " has no rule, so any statement of an assessor satisfies it for ever",
                "a rule in controlRules, as in: sallyport controls show " + id);
      }
    }
  }

  private void rule(String id, LintNode rule) {
    Optional<Control> control = catalogues.control(id);
    if (control.isEmpty()) {
      unknown(id, rule);
      return;
    }
    Set<String> kinds = new TreeSet<>();
    control.get().evidence().forEach(kind -> kinds.add(kind.word()));
    List<LintNode> listed = rule.items("evidence", 0, MOST);
    if (listed.isEmpty()) {
      rule.find("evidence")
          .ifPresent(n -> laxer(n, id + " takes evidence of any kind", String.join(" ", kinds)));
    }
    within(id, listed, kinds, "takes evidence of kind");
    within(id, rule.items("attest", 0, MOST), control.get().attest(), "is attested by");
    long days = control.get().days();
    rule.find("days")
        .filter(n -> n.whole().filter(said -> said > days).isPresent())
        .ifPresent(n -> laxer(n, id + " lasts " + n.whole().orElse(0L) + " days", days + " days"));
  }

  private static void within(String id, List<LintNode> said, Set<String> known, String how) {
    for (LintNode node : said) {
      String word = node.string().orElse("");
      if (!known.contains(word)) {
        laxer(node, id + " " + how + " " + word, String.join(" ", new TreeSet<>(known)));
      }
    }
  }

  private static void laxer(LintNode at, String seen, String catalogue) {
    at.wrong("rule-laxer", seen, "the catalogue has " + catalogue);
  }

  private static void unknown(String id, LintNode at) {
    at.wrong(
        "control-unknown",
        id + " is in no catalogue",
        "a control of: sallyport controls list, or of a catalogue of your own");
  }

  /** A mitigation is a control that somebody defines; one without evidence proves nothing. */
  void register(RegisterLint register) {
    List<LintNode.Read<String>> own = new ArrayList<>(register.defined());
    for (LintNode.Read<String> control : own) {
      if (catalogues.control(control.value()).isEmpty()) {
        control
            .at()
            .warn(
                "control-without-evidence",
                control.value() + " is in no catalogue",
                "one says which evidence satisfies it");
      }
    }
    for (RegisterLint.Risk risk : register.risks()) {
      for (LintNode.Read<String> mitigation : risk.mitigations()) {
        boolean defined =
            own.stream().anyMatch(c -> c.value().equals(mitigation.value()))
                || catalogues.control(mitigation.value()).isPresent();
        if (!defined) {
          unknown(mitigation.value(), mitigation.at());
        }
      }
    }
  }
}
