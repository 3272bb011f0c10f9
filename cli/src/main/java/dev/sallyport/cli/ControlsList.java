package dev.sallyport.cli;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All controls, family by family. */
@Command(
    description = {
      "Lists the controls of all catalogues, by family: which evidence satisfies each, who may",
      "attest it, and where the policy demands it.",
      "Catalogues of your own are read from HOME/catalogues/*.json."
    },
    footer = {
      "",
      "Examples:",
      "  sallyport controls list --demanded --model tiny",
      "  sallyport controls list --standard mlps"
    })
final class ControlsList implements Callable<Integer> {
  private final Session session;
  @Mixin private final ModelOption model = new ModelOption();

  @Option(names = "--standard", paramLabel = "NAME", description = "Only of this catalogue.")
  private @Nullable String standard;

  @Option(names = "--demanded", description = "Only those that the policy demands of somebody.")
  private boolean demanded;

  ControlsList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    List<Catalogue> shown = chosen(OwnCatalogues.read(session.home()));
    Demands demands = model.given() ? Demands.inForce(session) : Demands.of(session);
    Optional<ControlStates> states = model.states(session, demands);
    List<Json> all = new ArrayList<>();
    List<String> lines = new ArrayList<>(List.of(demands.source()));
    for (Catalogue catalogue : shown) {
      Map<String, List<String>> families = new LinkedHashMap<>();
      for (Control control : catalogue.controls()) {
        if (!demanded || !demands.required(control.id()).isEmpty()) {
          ControlEntry entry =
              new ControlEntry(catalogue, control, demands, states.map(s -> s.of(control.id())));
          families.computeIfAbsent(control.family(), f -> new ArrayList<>()).addAll(entry.brief());
          all.add(entry.toJson());
        }
      }
      families.forEach((family, below) -> {
        lines.addAll(List.of("", catalogue.standard() + ": " + family));
        lines.addAll(below);
      });
    }
    session.print(
        Json.obj().put("policy", demands.toJson()).put("controls", Json.arr(all)).build(), lines);
    return Exit.OK.status();
  }

  private List<Catalogue> chosen(Catalogues catalogues) throws Failure {
    List<Catalogue> chosen =
        catalogues.all().stream()
            .filter(c -> standard == null || c.standard().equals(standard))
            .toList();
    if (chosen.isEmpty()) {
      throw new Failure(
          Exit.USAGE,
          "no catalogue \""
              + Json.clip(String.valueOf(standard))
              + "\"; there are: "
              + String.join(" ", catalogues.all().stream().map(Catalogue::standard).toList()));
    }
    return chosen;
  }
}
