package dev.sallyport.cli;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One control. */
@Command(
    description = "Shows a control: what it demands, what satisfies it, where it is demanded.",
    footer = {"", "Example: sallyport controls show protection-level-3 --model tiny"})
final class ControlsShow implements Callable<Integer> {
  private final Session session;
  @Mixin private final ModelOption model = new ModelOption();

  @Parameters(paramLabel = "ID", description = "Of the control, as in: controls list.")
  private String id = "";

  ControlsShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Catalogues catalogues = OwnCatalogues.read(session.home());
    Catalogue catalogue = catalogues.of(id).orElseThrow(() -> unknown(id));
    Control control = catalogue.control(id).orElseThrow(() -> unknown(id));
    Demands demands = model.given() ? Demands.inForce(session) : Demands.of(session);
    ControlEntry entry =
        new ControlEntry(
            catalogue, control, demands, model.states(session, demands).map(s -> s.of(id)));
    List<String> shownBy = catalogues.showing(id).stream().map(Catalogue::standard).toList();
    session.print(
        Json.obj()
            .put("policy", demands.toJson())
            .put("control", entry.toJson())
            .put("assessedBy", Json.strings(shownBy))
            .build(),
        entry.lines(catalogues));
    return Exit.OK.status();
  }

  /** Said of an id that no catalogue has. */
  static Failure unknown(String id) {
    return new Failure(
        Exit.USAGE,
        "control \"" + Json.clip(id) + "\" is in no catalogue; see: sallyport controls list");
  }
}
