package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Evaluation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A log of Inspect in its JSON form, version 2 (from its public documentation). Only a run that
 * succeeded and was not invalidated counts; samples that failed, were limited or invalidated do not
 * count as scored.
 */
final class InspectLog {
  private InspectLog() {}

  static Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
    Json.Obj log = Json.parseObject(BareNumbers.quoted(file));
    Selector wanted = Selector.parse(selector);
    if (!log.string("status").equals("success")) {
      throw new BadInput("run is \"" + Json.clip(log.string("status")) + "\", not success");
    }
    if (log.find("invalidated").isPresent() && log.bool("invalidated")) {
      throw new BadInput("run was invalidated");
    }
    Json.Obj results = log.object("results");
    Json.Obj score = score(results, wanted.first());
    Json.Obj metrics = score.object("metrics");
    List<String> remarks = new ArrayList<>();
    long samples = samples(log, results, score, remarks);
    Imported plain =
        Imported.exact(
            HarnessNumber.read(metrics.object(wanted.second()), "value"), samples, source, remarks);
    if (metrics.find("stderr").isEmpty()
        || !(metrics.object("stderr").need("value") instanceof Json.Num error)) {
      return plain;
    }
    return HarnessNumber.withError(plain, Math.abs(error.value()));
  }

  private static Json.Obj score(Json.Obj results, String name) throws BadInput {
    List<Json.Obj> found = new ArrayList<>();
    for (Json.Obj score : results.objects("scores")) {
      if (score.string("name").equals(name)) {
        found.add(score);
      }
    }
    if (found.size() != 1) {
      throw new BadInput(found.size() + " scores are named " + Json.clip(name) + "; 1 is needed");
    }
    return found.getFirst();
  }

  /** The scored samples, each counted once however many epochs it ran. */
  private static long samples(Json.Obj log, Json.Obj results, Json.Obj score, List<String> remarks)
      throws BadInput {
    long counted = results.integer("completed_samples");
    if (counted < results.integer("total_samples")) {
      remarks.add(counted + " of " + results.integer("total_samples") + " samples completed");
    }
    if (score.find("scored_samples").isPresent()) {
      counted = Math.min(counted, score.integer("scored_samples"));
    }
    if (score.find("unscored_samples").isPresent() && score.integer("unscored_samples") > 0) {
      remarks.add(score.integer("unscored_samples") + " samples unscored");
    }
    if (log.find("samples").isEmpty()) {
      remarks.add("no samples in the log: errors and limits could not be checked");
      return counted;
    }
    Set<Json> good = new HashSet<>();
    long bad = 0;
    for (Json.Obj sample : log.objects("samples")) {
      boolean whole = absent(sample, "error") && absent(sample, "limit");
      if (whole && absent(sample, "invalidation")) {
        good.add(sample.need("id"));
      } else {
        bad++;
      }
    }
    if (bad > 0) {
      remarks.add(bad + " samples failed, were limited or invalidated");
    }
    return Math.min(counted, good.size());
  }

  private static boolean absent(Json.Obj sample, String name) {
    return sample.find(name).filter(v -> !(v instanceof Json.Null)).isEmpty();
  }
}
