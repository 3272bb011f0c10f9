package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A short-lived process of the opening wing that looks into the vault, confined; this program only
 * reads its one answer.
 */
record VaultProcess(Home home, String main, int maxAnswer) {
  /** What it may see. */
  @FunctionalInterface
  interface View {
    Confinement of(Confinements all) throws Failure;
  }

  /** Runs it and reads the JSON object that it prints. */
  Json.Obj ask(View view, List<String> more)
      throws Failure, IOException, BadInput, InterruptedException {
    Dist dist = Dist.find();
    List<String> arguments = new ArrayList<>(List.of("--home", Confinements.INSIDE.toString()));
    arguments.addAll(more);
    Confinements all = Confinements.ofSealers(home, dist);
    try (Sandbox sandbox = Preflight.sandbox()) {
      Confined process =
          sandbox.start(view.of(all), dist.command(Program.SEALER, main, arguments), Output.PIPE);
      byte[] answer = Bounded.read(process.output(), maxAnswer, main);
      int status = process.waitFor();
      if (status != 0) {
        List<String> said = process.lastLines();
        throw new Failure(
            Exit.DATA, said.isEmpty() ? main + " ended with status " + status : said.getLast());
      }
      String text = new String(answer, StandardCharsets.UTF_8).strip();
      return Json.parse(text).asObject("answer of " + main);
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }
}
