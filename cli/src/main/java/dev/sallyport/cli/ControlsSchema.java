package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the JSON Schema of a catalogue, for editors. */
@Command(
    description = "Prints the JSON Schema (2020-12) of a catalogue of controls.",
    footer = {"", "Example: sallyport controls schema > catalogue.schema.json"})
final class ControlsSchema implements Callable<Integer> {
  private final Session session;

  ControlsSchema(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    return RiskSchema.print(session, "catalogue");
  }
}
