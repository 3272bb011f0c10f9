package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An exact rational number, written as a decimal {@code "0.123"} or a fraction {@code "17/19"}. No
 * rounding happens anywhere, so a score on a line is on that line on every machine.
 */
public final class Score implements Comparable<Score> {
  /** Most digits of a numerator, a denominator or a decimal that is read. */
  private static final int MAX_DIGITS = 18;

  static final Score ZERO = new Score(BigInteger.ZERO, BigInteger.ONE);

  /** A multiple of every terminating denominator that can be read: 10^18 < 2^60. */
  private static final BigInteger TERMINATING = BigInteger.TEN.pow(60);

  private final BigInteger numerator;
  private final BigInteger denominator;

  private Score(BigInteger numerator, BigInteger denominator) {
    BigInteger common = numerator.gcd(denominator);
    this.numerator = numerator.divide(common);
    this.denominator = denominator.divide(common);
  }

  /** {@code n/d}, for counts. */
  public static Score of(long n, long d) throws BadInput {
    if (d <= 0) {
      throw new BadInput("score with denominator " + d + "; it must be positive");
    }
    return new Score(BigInteger.valueOf(n), BigInteger.valueOf(d));
  }

  /** Reads the written form; at most 18 digits on each side of the slash, no exponent. */
  public static Score parse(String text) throws BadInput {
    boolean negative = text.startsWith("-");
    String body = negative ? text.substring(1) : text;
    int slash = body.indexOf('/');
    int dot = body.indexOf('.');
    Score size;
    if (slash >= 0) {
      long d = Long.parseLong(digits(body.substring(slash + 1), text));
      size = of(Long.parseLong(digits(body.substring(0, slash), text)), d);
    } else if (dot >= 0) {
      String whole = digits(body.substring(0, dot), text);
      String part = digits(body.substring(dot + 1), text);
      BigInteger n = new BigInteger(digits(whole + part, text));
      size = new Score(n, BigInteger.TEN.pow(part.length()));
    } else {
      size = of(Long.parseLong(digits(body, text)), 1);
    }
    return negative ? new Score(size.numerator.negate(), size.denominator) : size;
  }

  public Score plus(Score other) {
    return new Score(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  public Score minus(Score other) {
    return plus(new Score(other.numerator.negate(), other.denominator));
  }

  public Score times(Score other) {
    return new Score(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  /** For display only; what decides is exact. */
  public double approximately() {
    return new BigDecimal(numerator).doubleValue() / new BigDecimal(denominator).doubleValue();
  }

  private static String digits(String text, String whole) throws BadInput {
    boolean fits = !text.isEmpty() && text.length() <= MAX_DIGITS;
    if (!fits || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new BadInput(
          "score \""
              + Json.clip(whole)
              + "\" is not a decimal or fraction of at most "
              + MAX_DIGITS
              + " digits");
    }
    return text;
  }

  @Override
  public int compareTo(Score other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Score s
        && numerator.equals(s.numerator)
        && denominator.equals(s.denominator);
  }

  @Override
  public int hashCode() {
    return 31 * numerator.hashCode() + denominator.hashCode();
  }

  /** The decimal if it has at most 18 digits, else the reduced fraction. */
  @Override
  public String toString() {
    if (TERMINATING.mod(denominator).signum() == 0) {
      BigDecimal exact = new BigDecimal(numerator).divide(new BigDecimal(denominator));
      String decimal = exact.toPlainString();
      if (decimal.chars().filter(c -> c >= '0' && c <= '9').count() <= MAX_DIGITS) {
        return decimal;
      }
    }
    return numerator + "/" + denominator;
  }
}
