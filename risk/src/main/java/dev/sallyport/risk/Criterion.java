package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.List;

/**
 * The two lines of one metric of one risk area.
 *
 * @param domain misuse, loss-of-control, accident or systemic
 * @param yellow the early-warning line; a score at it is YELLOW
 * @param red the intolerable line; a score at it is RED
 * @param minimumSamples fewer samples than this never make an area GREEN
 * @param source where the lines come from, for people
 */
public record Criterion(
    String area,
    String domain,
    String metric,
    Direction direction,
    Score yellow,
    Score red,
    long minimumSamples,
    String source) {
  private static final List<String> DOMAINS =
      List.of("misuse", "loss-of-control", "accident", "systemic");

  /** Which way a score gets worse. */
  public enum Direction {
    HIGHER_IS_WORSE("higher-is-worse"),
    LOWER_IS_WORSE("lower-is-worse");

    private final String label;

    Direction(String label) {
      this.label = label;
    }

    static Direction parse(String label) throws BadInput {
      for (Direction d : values()) {
        if (d.label.equals(label)) {
          return d;
        }
      }
      throw new BadInput("direction \"" + Json.clip(label) + "\" is not known");
    }

    /** Whether {@code score} is at or beyond {@code line}. */
    boolean reaches(Score score, Score line) {
      return switch (this) {
        case HIGHER_IS_WORSE -> score.compareTo(line) >= 0;
        case LOWER_IS_WORSE -> score.compareTo(line) <= 0;
      };
    }

    /** The pessimistic end of what an evaluation states. */
    Score worstOf(Evaluation e) {
      return switch (this) {
        case HIGHER_IS_WORSE -> e.high();
        case LOWER_IS_WORSE -> e.low();
      };
    }

    /** How far {@code score} is from {@code line}; positive on the good side. */
    public Score margin(Score score, Score line) {
      return switch (this) {
        case HIGHER_IS_WORSE -> line.minus(score);
        case LOWER_IS_WORSE -> score.minus(line);
      };
    }
  }

  static Criterion read(Json.Obj json) throws BadInput {
    json.only("area", "domain", "metric", "direction", "yellow", "red", "minimumSamples", "source");
    Criterion c =
        new Criterion(
            Field.id(json, "area"),
            json.string("domain"),
            Field.id(json, "metric"),
            Direction.parse(json.string("direction")),
            Field.score(json, "yellow"),
            Field.score(json, "red"),
            Field.count(json, "minimumSamples", 1, 1L << 40),
            Field.text(json, "source", 2000));
    if (!DOMAINS.contains(c.domain)) {
      throw new BadInput("domain \"" + Json.clip(c.domain) + "\" is not known");
    }
    if (c.direction.reaches(c.yellow, c.red)) {
      throw new BadInput(c.area + ": yellow line " + c.yellow + " is not before red " + c.red);
    }
    return c;
  }

  /** Whether the evaluation measures what this judges. */
  public boolean concerns(Evaluation e) {
    return area.equals(e.area()) && metric.equals(e.metric());
  }

  /** What the evaluation shows, whatever its age: never INDETERMINATE. */
  Zone shown(Evaluation e) {
    Score worst = direction.worstOf(e);
    if (direction.reaches(worst, red)) {
      return Zone.RED;
    }
    return direction.reaches(worst, yellow) ? Zone.YELLOW : Zone.GREEN;
  }
}
