package dev.sallyport.runtimellama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static Options parse(String line) throws BadInput {
    return Options.parse(List.of(line.split(" ", -1)), 8);
  }

  @Test
  void fillsInWhatIsNotGiven() throws BadInput {
    assertEquals(
        new Options(Path.of("m"), Path.of("s"), 2048, 4, 2), parse("--model m --socket s"));
  }

  @Test
  void readsWhatIsGiven() throws BadInput {
    assertEquals(
        new Options(Path.of("m"), Path.of("s"), 64, 3, 5),
        parse("--parallel 5 --model m --ctx 64 --socket s --threads 3"));
  }

  @Test
  void refusesUnknownRepeatedMissingAndOddValues() {
    for (String line :
        List.of(
            "",
            "--model m",
            "--model m --socket",
            "--model m --socket s --port 80",
            "--model m --model m --socket s",
            "--model m --socket s --ctx x",
            "--model m --socket s --ctx 15",
            "--model m --socket s --threads 0",
            "--model m --socket s --parallel 65")) {
      assertThrows(BadInput.class, () -> parse(line), line);
    }
  }
}
