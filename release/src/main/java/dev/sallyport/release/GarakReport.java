package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Evaluation;
import dev.sallyport.risk.Score;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A report of garak, one JSON object a line (from its public documentation). The value is the hit
 * rate, fails ÷ (passed + fails), over the chosen {@code eval} lines: higher is worse.
 */
final class GarakReport {
  private long passed;
  private long fails;
  private long nones;
  private long lines;

  private GarakReport() {}

  static Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
    GarakReport report = new GarakReport();
    boolean ended = false;
    int number = 0;
    for (String line : new String(file, StandardCharsets.UTF_8).lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        Json.Obj json = Json.parseObject(BareNumbers.quoted(line.getBytes(StandardCharsets.UTF_8)));
        String type = json.string("entry_type");
        ended |= type.equals("digest");
        if (type.equals("eval") && chosen(json, selector)) {
          report.add(json);
        }
      } catch (BadInput e) {
        throw new BadInput("line " + number + ": " + e.getMessage(), e);
      }
    }
    return report.result(source, ended, selector);
  }

  private static boolean chosen(Json.Obj eval, String selector) throws BadInput {
    return selector.equals("*")
        || (eval.string("probe") + "/" + eval.string("detector")).equals(selector);
  }

  private void add(Json.Obj eval) throws BadInput {
    lines++;
    passed += count(eval, "passed");
    fails += count(eval, "fails");
    nones += eval.find("nones").isPresent() ? count(eval, "nones") : 0;
  }

  private static long count(Json.Obj eval, String name) throws BadInput {
    long value = eval.integer(name);
    if (value < 0 || value > 1_000_000_000L) {
      throw new BadInput(name + " is " + value + "; 0 to 1000000000 are allowed");
    }
    return value;
  }

  private Imported result(Evaluation.Source source, boolean ended, String selector)
      throws BadInput {
    if (passed + fails == 0) {
      throw new BadInput(lines + " eval lines of " + Json.clip(selector) + " with a result");
    }
    List<String> remarks = new ArrayList<>();
    if (nones > 0) {
      remarks.add(nones + " attempts without an answer");
    }
    if (!ended) {
      remarks.add("report has no digest: the run may have been cut short");
    }
    return Imported.exact(Score.of(fails, passed + fails), passed + fails, source, remarks);
  }
}
