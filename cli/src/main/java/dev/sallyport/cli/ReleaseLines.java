package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;

/** Releases as people read them. */
final class ReleaseLines {
  private ReleaseLines() {}

  static String brief(Json.Obj release) throws BadInput {
    return release.string("release")
        + " "
        + release.string("model")
        + " "
        + release.string("state")
        + " "
        + release.string("audience")
        + ", zone "
        + release.string("zone")
        + ", until "
        + release.string("expires");
  }

  /** Everything that a signature under the release or under its approval stands for. */
  static List<String> full(Json.Obj release) throws BadInput {
    List<String> lines = new ArrayList<>();
    release.findString("release").ifPresent(id -> lines.add("release     " + id));
    release.findString("state").ifPresent(state -> lines.add("state       " + state));
    lines.add("model       " + release.string("model") + " " + release.string("manifest"));
    lines.add("audience    " + release.string("audience"));
    lines.add("zone        " + release.string("zone"));
    Json.Obj areas = release.object("areas");
    for (String area : areas.members().keySet()) {
      lines.add("            " + area + ": " + areas.string(area));
    }
    for (String id : release.strings("evidence")) {
      lines.add("evidence    " + id);
    }
    if (release.find("waivers").isPresent()) {
      for (Json waiver : release.array("waivers")) {
        lines.add("waiver      " + waiver(waiver));
      }
    }
    release.findString("resumes").ifPresent(id -> lines.add("resumes     " + id));
    lines.add("policy      " + document(release.object("policy")));
    lines.add("thresholds  " + document(release.object("thresholds")));
    lines.add("requested   " + release.string("requested"));
    lines.add("expires     " + release.string("expires"));
    if (release.find("approvals").isPresent()) {
      for (Json.Obj approval : release.objects("approvals")) {
        lines.add(
            "approved    by " + approval.string("by") + " until " + approval.string("expires"));
      }
    }
    if (release.find("reasons").isPresent()) {
      for (String reason : release.strings("reasons")) {
        lines.add("missing     " + reason);
      }
    }
    if (release.find("resumable").isPresent()) {
      lines.add("resumable   until " + release.string("resumable") + ", with a new quorum:");
      lines.add("            sallyport release resume " + release.string("release") + " --as NAME");
    }
    return lines;
  }

  /** In a request an id, in an answer of the server all of it. */
  private static String waiver(Json waiver) throws BadInput {
    return switch (waiver) {
      case Json.Obj w ->
          w.string("id")
              + " without "
              + w.string("control")
              + (w.bool("over") ? ", OVER since " : " until ")
              + w.string("expires")
              + ": "
              + w.string("reason");
      case Json.Str id -> id.value();
      default -> throw new BadInput("waivers are not ids");
    };
  }

  private static String document(Json.Obj document) throws BadInput {
    return "version " + document.integer("version") + " " + document.string("digest");
  }
}
