package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What a sealer says: one JSON object per line, progress first, at the end the result. */
final class SealerOutput {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private SealerOutput() {}

  /** Shows progress until the sealer ends; its result, or the failure that it names. */
  static Json.Obj follow(Session session, Confined sealer)
      throws Failure, BadInput, IOException, InterruptedException {
    Progress progress = new Progress(session);
    Json.Obj last = Json.obj().build();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(sealer.output(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Json.Obj said = Json.parse(line).asObject("line of the sealer");
        if (!progress.show(said)) {
          last = said;
        }
      }
    } finally {
      progress.end();
      if (sealer.isAlive() && sealer.waitFor(GRACE).isEmpty()) {
        sealer.kill(GRACE);
      }
    }
    int status = sealer.waitFor();
    if (status != 0) {
      throw refused(last, sealer.lastLines(), status);
    }
    return last;
  }

  private static Failure refused(Json.Obj last, List<String> errors, int status) throws BadInput {
    String said = errors.isEmpty() ? "the sealer ended with status " + status : errors.getLast();
    String message = last.find("error").isPresent() ? last.object("error").string("message") : said;
    for (Exit exit : Exit.values()) {
      if (exit.status() == status) {
        return new Failure(exit, message);
      }
    }
    return new Failure(Exit.REFUSED, message);
  }
}
