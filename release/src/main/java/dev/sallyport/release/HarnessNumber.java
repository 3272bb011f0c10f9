package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Score;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A score that a harness wrote as a JSON double. Its shortest decimal is taken as what was meant,
 * rounded to 12 places: far below any line, far above the error of a double.
 */
final class HarnessNumber {
  private static final int PLACES = 12;

  private HarnessNumber() {}

  static Score read(Json.Obj json, String name) throws BadInput {
    if (!(json.need(name) instanceof Json.Num n)) {
      throw new BadInput("score \"" + Json.clip(name) + "\" is not a number");
    }
    return of(n.value());
  }

  static Score of(double value) throws BadInput {
    if (!Double.isFinite(value) || Math.abs(value) >= 1e5) {
      throw new BadInput("score " + value + " is beyond 100000");
    }
    BigDecimal exact =
        new BigDecimal(Double.toString(value)).setScale(PLACES, RoundingMode.HALF_EVEN);
    return Score.parse(exact.toPlainString());
  }

  /** The value with an interval of 1.96 standard errors on each side. */
  static Imported withError(Imported of, double stderr) throws BadInput {
    Score half = HarnessNumber.of(1.96 * stderr);
    return new Imported(
        of.value(),
        Score.parse(of.value().minus(half).toString()),
        Score.parse(of.value().plus(half).toString()),
        of.samples(),
        of.source(),
        of.remarks());
  }
}
