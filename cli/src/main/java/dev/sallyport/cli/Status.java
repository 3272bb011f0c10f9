package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What runs, what is released, until when. */
@Command(
    description = "Shows processes, models, releases, leases, log and witness.",
    footer = {"", "Example: sallyport status"})
final class Status implements Callable<Integer> {
  private final Session session;

  Status(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Json.Obj status = session.control().ask("status");
    session.print(status, lines(status));
    return Exit.OK.status();
  }

  private static List<String> lines(Json.Obj status) throws BadInput {
    List<String> lines = new ArrayList<>();
    lines.add("url      " + status.string("url"));
    lines.add("server   up since " + status.string("started"));
    for (String peer : List.of("keyd", "keeper")) {
      Json.Obj seen = status.object(peer);
      String more = seen.findString("message").map(m -> ": " + m).orElse("");
      String memory = seen.findString("memory").map(m -> ", keys in pages of " + m).orElse("");
      String root = seen.findString("rootKey").map(kind -> ", root key: " + kind).orElse("");
      lines.add(
          Text.column(peer, 9)
              + (seen.bool("up") ? "up" + memory + root : "does not answer" + more));
    }
    Json.Obj log = status.object("log");
    lines.add(
        "log      " + log.integer("size") + " entries, " + log.integer("witnessed") + " witnessed");
    for (Json.Obj check : status.objects("checks")) {
      if (check.string("state").equals("FAILED")) {
        lines.add(
            "check    "
                + check.string("check")
                + " FAILED since "
                + check.string("since")
                + ": "
                + check.string("reason"));
      }
    }
    lines.add("users    " + status.integer("principals"));
    for (Json.Obj model : status.objects("models")) {
      lines.add("model    " + modelLine(model));
    }
    for (Json.Obj release : status.objects("releases")) {
      lines.add("release  " + ReleaseLines.brief(release));
    }
    return lines;
  }

  /** What is known of the hardware under a running model; {@code none} is said, too. */
  static String attestation(Json.Obj running) throws BadInput {
    if (running.find("attestation").isEmpty()) {
      return "";
    }
    List<String> types = new ArrayList<>();
    for (Json.Obj attestation : running.objects("attestation")) {
      String measured = attestation.findString("measurement").orElse("");
      types.add(
          attestation.string("type")
              + (measured.isEmpty()
                  ? ""
                  : " " + measured.substring(0, Math.min(12, measured.length()))));
    }
    return ", attestation: " + String.join(", ", types);
  }

  private static String modelLine(Json.Obj model) throws BadInput {
    String loader = model.findString("loader").map(l -> ", loaded by " + l).orElse("");
    String isolation = model.findString("isolation").map(i -> ", " + i).orElse("");
    String profile =
        model.find("profile").isPresent() ? ", profile " + model.digest("profile").brief() : "";
    String until = model.findString("notAfter").map(t -> ", lease until " + t).orElse("");
    return model.string("model")
        + " version "
        + model.integer("version")
        + " "
        + model.string("state")
        + loader
        + isolation
        + profile
        + until
        + attestation(model);
  }
}
