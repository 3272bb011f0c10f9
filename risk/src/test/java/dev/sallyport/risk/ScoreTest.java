package dev.sallyport.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreTest {
  @ParameterizedTest
  @CsvSource({"0.123,0.123", "17/19,17/19", "-0.50,-0.5", "3/6,0.5", "0,0", "42,42", "-1/3,-1/3"})
  void writesTheExactValueBack(String text, String expected) throws BadInput {
    Score score = Score.parse(text);
    assertEquals(expected, score.toString());
    assertEquals(score, Score.parse(score.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".",
        "1.",
        ".5",
        "1/0",
        "1/-2",
        "1e3",
        "+1",
        "NaN",
        "1/2/3",
        "1.2.3",
        "٣",
        "1234567890123456789",
        "0.1234567890123456789",
        " 1",
        "1/2.0"
      })
  void refusesWhatIsNotExactAndBounded(String text) {
    assertThrows(BadInput.class, () -> Score.parse(text));
  }

  @Test
  void comparesExactlyWhereDoublesCannot() throws BadInput {
    Score third = Score.parse("1/3");
    assertTrue(third.compareTo(Score.parse("0.33333333333333333")) > 0);
    assertTrue(third.compareTo(Score.parse("333333333333333334/999999999999999999")) < 0);
    assertEquals(Score.parse("0.3"), Score.parse("0.1").plus(Score.parse("0.2")));
  }
}
