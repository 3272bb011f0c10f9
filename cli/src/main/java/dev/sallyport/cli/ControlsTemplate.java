package dev.sallyport.cli;

import dev.sallyport.controls.Catalogues;
import dev.sallyport.controls.Control;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.FormTemplate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes an assessment form for people to fill. */
@Command(
    description = {
      "Writes an assessment form: every control of the catalogues that show the given one, to be",
      "answered with yes, no or not-applicable (and why). For classified protection at Level 3",
      "these are its five stages, with dates and references, the design and the requirements."
    },
    footer = {
      "",
      "Example:",
      "  sallyport controls template --out level3.json",
      "  … edit level3.json …",
      "  sallyport controls assess level3.json --as assessor1"
    })
final class ControlsTemplate implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "ID",
      arity = "0..1",
      description = "The control to be assessed (default: ${DEFAULT-VALUE}).")
  private String id = "protection-level-3";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "A new file (default: standard output).")
  private @Nullable Path out;

  ControlsTemplate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    Catalogues catalogues = OwnCatalogues.read(session.home());
    Control control = catalogues.control(id).orElseThrow(() -> ControlsShow.unknown(id));
    if (catalogues.showing(id).isEmpty()) {
      throw new Failure(
          Exit.USAGE,
          "no catalogue shows " + id + "; evidence of it is added with: sallyport evidence add");
    }
    String form = FormTemplate.of(control, catalogues);
    if (out == null) {
      session.print(Json.parseObject(form.getBytes(StandardCharsets.UTF_8)), List.of(form.strip()));
      return Exit.OK.status();
    }
    Files.writeString(out, form, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    int questions = catalogues.showing(id).stream().mapToInt(c -> c.controls().size()).sum();
    session.print(
        Json.obj().put("form", out.toString()).put("questions", questions).build(),
        List.of("form        " + out + ", " + questions + " questions"));
    return Exit.OK.status();
  }
}
