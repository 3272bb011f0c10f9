package dev.sallyport.cli;

import dev.sallyport.core.Digest;
import dev.sallyport.risk.Attested;
import dev.sallyport.risk.Controls;
import dev.sallyport.risk.Policy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which controls are effective, by the gate's own rule on statements that were verified here. */
final class ControlStates {
  private final Controls controls;
  private final Map<Digest, RiskReport.Item> items = new HashMap<>();

  ControlStates(
      Policy policy, List<RiskReport.Item> evidence, Digest manifest, Digest root, Instant now) {
    List<Attested> counted = new ArrayList<>();
    Set<Digest> withdrawn = new HashSet<>();
    for (RiskReport.Item item : evidence) {
      if (item.stands(manifest, root)) {
        counted.add(item.attested());
        items.put(item.id(), item);
      }
      if (item.withdrawn()) {
        withdrawn.add(item.id());
      }
    }
    this.controls = Controls.of(policy, counted, withdrawn, now);
  }

  ControlState of(String control) {
    return new ControlState(
        control,
        controls.word(control).map(word -> items.get(word.said().id())),
        controls.until(control));
  }
}
