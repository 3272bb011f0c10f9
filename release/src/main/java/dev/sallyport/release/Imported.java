package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What an evaluation file says about one metric, before an assessor vouches for it.
 *
 * @param high upper end of a stated interval, {@code value} if none
 * @param samples that were really scored: what failed, was cut short or left unscored is not in it
 * @param remarks what an assessor must know, such as a run that was cut short
 */
public record Imported(
    Score value,
    Score low,
    Score high,
    long samples,
    Evaluation.Source source,
    List<String> remarks) {
  public Imported {
    remarks = List.copyOf(remarks);
  }

  static Imported exact(Score value, long samples, Evaluation.Source source, List<String> remarks) {
    return new Imported(value, value, value, samples, source, remarks);
  }

  /** The evaluation for an assessor to sign, in the terms of the thresholds. */
  public Evaluation about(
      String model,
      Digest manifest,
      String area,
      String metric,
      Instant observed,
      Instant validUntil)
      throws BadInput {
    Evaluation e =
        new Evaluation(
            model,
            manifest,
            area,
            metric,
            value,
            low,
            high,
            samples,
            observed,
            validUntil,
            source,
            note());
    // What is signed must be readable: bounds of the format apply to what a file says, too.
    Evaluation.check(e);
    return e;
  }

  private String note() {
    String all = String.join("; ", new ArrayList<>(remarks));
    return all.length() <= 2000 ? all : all.substring(0, 2000);
  }
}
