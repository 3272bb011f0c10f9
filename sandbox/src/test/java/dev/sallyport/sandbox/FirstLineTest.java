package dev.sallyport.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FirstLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "#!/bin/sh|/bin/sh",
        "#! \t/bin/sh -eu  |/bin/sh",
        "#!/usr/bin/python3 -c 'x y'|/usr/bin/python3",
        "#!/usr/bin/env node|/usr/bin/env node",
        "#!/bin/env\tnode |/bin/env node",
        "#!/usr/bin/env /opt/x/bin/node|/usr/bin/env /opt/x/bin/node",
        "#!/usr/bin/env -S node --max-old-space-size=64|/usr/bin/env node",
        "#!/usr/bin/env -Sperl -w|/usr/bin/env perl",
      })
  void saysWhatStarts(String line, String programs) throws Exception {
    assertEquals(List.of(programs.split(" ")), FirstLine.parse(line + "\nrest", false));
    assertEquals(List.of(programs.split(" ")), FirstLine.parse(line, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#!",
        "#!sh",
        "#!./sh",
        "#!/bin/sh\r",
        "#!/bin/sh\0x",
        "#!/opt/\u00e9",
        "#!/usr/bin/env",
        "#!/usr/bin/env node --flag",
        "#!/usr/bin/env -i",
        "#!/usr/bin/env -vS node",
        "#!/usr/bin/env A=b",
        "#!/usr/bin/env -S A=b node",
        "#!/usr/bin/env -S -i node",
        "#!/usr/bin/env -S 'node'",
        "#!/usr/bin/env -S ${NODE}",
        "#!/usr/bin/env -S node \\c",
        "#!/usr/bin/env -S",
      })
  void refusesWhatItCannotTellForCertain(String line) {
    assertThrows(BadInput.class, () -> FirstLine.parse(line + "\n", false));
  }

  @Test
  void readsNoFurtherThanTheKernel() {
    String line = "#!/bin/sh " + "x".repeat(246);
    BadInput bad = assertThrows(BadInput.class, () -> FirstLine.parse(line, false));
    assertTrue(bad.getMessage().contains("256"), bad.getMessage());
  }

  @Test
  void aProgramHasNone() throws Exception {
    assertEquals(List.of(), FirstLine.parse("\u007fELF…", false));
    assertEquals(List.of(), FirstLine.parse("", true));
  }
}
