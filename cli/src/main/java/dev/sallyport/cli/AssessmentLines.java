package dev.sallyport.cli;

import dev.sallyport.core.Json;
import dev.sallyport.release.AssessmentForm;
import dev.sallyport.release.AssessmentForm.Answer;
import dev.sallyport.release.AssessmentForm.Family;
import dev.sallyport.release.AssessmentForm.Says;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a filled form comes to, for people and for programs. */
final class AssessmentLines {
  private final AssessmentForm form;

  AssessmentLines(AssessmentForm form) {
    this.form = form;
  }

  /** What the signature will stand for. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add("control     " + form.assesses().id() + ": " + form.assesses().title());
    lines.add("system      " + form.system());
    lines.add("assessed by " + form.assessor());
    lines.add("form        " + form.digest());
    for (Answer a : form.answers()) {
      a.date().ifPresent(d -> lines.add(Text.column("dated", 12) + dated(a, d.toString())));
    }
    for (Family f : form.families()) {
      lines.add(
          Text.column(f.no() == 0 ? "family" : "GAPS", 12)
              + Text.column(f.standard() + ", " + f.name(), 50)
              + f.yes()
              + " of "
              + (f.all() - f.notApplicable())
              + (f.notApplicable() == 0 ? "" : ", " + f.notApplicable() + " not applicable"));
    }
    form.saying(Says.NOT_APPLICABLE)
        .forEach(a -> lines.add("excepted    " + a.control().id() + ": " + a.reason()));
    form.failing()
        .forEach(a -> lines.add("fails       " + a.control().id() + ": " + a.control().title()));
    unverified(lines);
    lines.add("result      " + note(form));
    return lines;
  }

  private static String dated(Answer a, String date) {
    return date + "  " + a.control().id() + " (" + a.reference() + ")";
  }

  /** By family: whole families were imported from memory, and ids fill a screen. */
  private void unverified(List<String> lines) {
    Map<String, Integer> open = new LinkedHashMap<>();
    for (Answer a : form.unverified()) {
      open.merge(a.catalogue().standard() + ", " + a.control().family(), 1, Integer::sum);
    }
    open.forEach((family, count) ->
        lines.add(
            "unverified  " + count + " ids were never compared with the standard: " + family));
  }

  /** One line for those who read the evidence. */
  static String note(AssessmentForm form) {
    return form.saying(Says.YES).size()
        + " yes, "
        + form.failing().size()
        + " no, "
        + form.saying(Says.NOT_APPLICABLE).size()
        + " not applicable; system "
        + form.system()
        + "; assessed by "
        + form.assessor();
  }

  Json.Builder toJson() {
    List<Json> families = new ArrayList<>();
    for (Family f : form.families()) {
      families.add(
          Json.obj()
              .put("standard", f.standard())
              .put("family", f.name())
              .put("yes", f.yes())
              .put("no", f.no())
              .put("notApplicable", f.notApplicable())
              .build());
    }
    return Json.obj()
        .put("assesses", form.assesses().id())
        .put("passes", form.passes())
        .put("document", form.digest())
        .put("system", form.system())
        .put("assessor", form.assessor())
        .put("answers", form.answers().size())
        .put("families", Json.arr(families))
        .put("failing", ids(form.failing()))
        .put("notApplicable", ids(form.saying(Says.NOT_APPLICABLE)))
        .put("unverifiedIds", ids(form.unverified()));
  }

  private static Json ids(List<Answer> answers) {
    return Json.strings(answers.stream().map(a -> a.control().id()).toList());
  }
}
