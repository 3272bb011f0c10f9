package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Evaluation;
import java.util.ArrayList;
import java.util.List;

/**
 * The results file of lm-evaluation-harness (from its public documentation). The samples are the
 * effective ones; a run on fewer than the task has is remarked.
 */
final class LmEvalResults {
  private LmEvalResults() {}

  static Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
    Json.Obj json = Json.parseObject(BareNumbers.quoted(file));
    Selector wanted = Selector.parse(selector);
    Json.Obj task = json.object("results").object(wanted.first());
    Json.Obj counts = json.object("n-samples").object(wanted.first());
    List<String> remarks = new ArrayList<>();
    if (counts.integer("effective") != counts.integer("original")) {
      remarks.add(
          "run on "
              + counts.integer("effective")
              + " of "
              + counts.integer("original")
              + " samples");
    }
    Imported plain =
        Imported.exact(
            HarnessNumber.read(task, wanted.second()),
            counts.integer("effective"),
            source,
            remarks);
    // "N/A" stands for no error: then no interval is stated.
    return task.members().get(stderrOf(wanted.second())) instanceof Json.Num error
        ? HarnessNumber.withError(plain, Math.abs(error.value()))
        : plain;
  }

  /** {@code acc,none} becomes {@code acc_stderr,none}. */
  private static String stderrOf(String metric) {
    int comma = metric.indexOf(',');
    return comma < 0
        ? metric + "_stderr"
        : metric.substring(0, comma) + "_stderr" + metric.substring(comma);
  }
}
