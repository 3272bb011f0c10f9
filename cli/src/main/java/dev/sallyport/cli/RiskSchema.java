package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Defaults;
import dev.sallyport.release.RiskLint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the JSON Schema of a document, for editors. */
@Command(
    description = "Prints the JSON Schema (2020-12) of a document that a safety team edits.",
    footer = {"", "Example: sallyport risk schema thresholds > thresholds.schema.json"})
final class RiskSchema implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "NAME", description = "policy, thresholds, register or catalogue.")
  private String name = "";

  RiskSchema(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    return print(session, name);
  }

  /** Prints the schema of this name. */
  static int print(Session session, String name) throws Failure, BadInput {
    for (RiskLint.Kind kind : RiskLint.Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
        byte[] schema = Defaults.schemaFile(kind);
        session.print(
            Json.parseObject(schema), List.of(new String(schema, StandardCharsets.UTF_8).strip()));
        return Exit.OK.status();
      }
    }
    throw new Failure(
        Exit.USAGE,
        "no schema \"" + Json.clip(name) + "\"; there are: policy thresholds register catalogue");
  }
}
