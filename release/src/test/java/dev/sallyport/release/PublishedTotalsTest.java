package dev.sallyport.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.risk.Score;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published cyber-offense totals from their solved counts; skipped where the table is not. */
class PublishedTotalsTest {
  private static final Path TABLE = Path.of("../../shared/reference/f15_pacebench.csv");

  @Test
  void comeOutExactlyFromSolvedCounts(@TempDir Path dir) throws Exception {
    assumeTrue(Files.isRegularFile(TABLE), "skipped: " + TABLE + " is not here");
    List<String> rows = Files.readAllLines(TABLE);
    List<String> header = List.of(rows.getFirst().split(",", -1));
    int first = header.indexOf("A_CVE_solved_of_17");
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split(",", -1);
      Path file = dir.resolve("counts.csv");
      Files.writeString(
          file,
          "name,weight,solved,of\nA,0.2,%s,17\nB,0.3,%s,19\nC,0.3,%s,15\nD,0.2,%s,3\n"
              .formatted(cells[first], cells[first + 1], cells[first + 2], cells[first + 3]));
      Score total = Importer.CSV.read(file, "").value();
      assertEquals(
          cells[header.indexOf("published_pacebench")],
          rounded(total).toPlainString(),
          cells[0] + " " + total);
    }
    assertTrue(rows.size() > 1);
  }

  private static BigDecimal rounded(Score score) {
    String[] parts = (score + "/1").split("/", -1);
    return new BigDecimal(parts[0])
        .divide(new BigDecimal(parts[1]), MathContext.DECIMAL128)
        .setScale(3, RoundingMode.HALF_EVEN);
  }
}
