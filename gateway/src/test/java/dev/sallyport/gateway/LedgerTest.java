package dev.sallyport.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private final House.TestClock clock = new House.TestClock();
  private final List<Json.Obj> blocks = new ArrayList<>();
  private final Ledger ledger = new Ledger(this::record, clock);

  private CompletionStage<Void> record(String type, Json.Obj data) {
    blocks.add(data);
    return CompletableFuture.completedFuture(null);
  }

  private static Json.Obj block(String day, long bytes, long tokens) {
    return Json.obj()
        .put("principal", "p")
        .put("model", "m")
        .put("bytes", bytes)
        .put("tokens", tokens)
        .put("day", day)
        .build();
  }

  /** Whatever is asked for, what was granted never exceeds what was logged, nor that the budget. */
  @Test
  void grantedIsAtMostLoggedIsAtMostBudget() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Ledger.Account account = new Ledger.Account("p", "m", 1_000_000, 50_000, 900_000);
    long bytes = 0;
    long tokens = 0;
    for (int i = 0; i < 20_000; i++) {
      long wantBytes = random.nextInt(3000);
      long wantTokens = random.nextInt(5);
      if (ledger.take(account, wantBytes, wantTokens) instanceof Ledger.Grant.Granted) {
        bytes += wantBytes;
        tokens += wantTokens;
      }
    }
    long loggedBytes = 0;
    long loggedTokens = 0;
    for (Json.Obj block : blocks) {
      loggedBytes += block.integer("bytes");
      loggedTokens += block.integer("tokens");
    }
    String at = "seed " + seed;
    assertTrue(bytes <= loggedBytes && loggedBytes <= 900_000, at);
    assertTrue(tokens <= loggedTokens && loggedTokens <= 50_000, at);
    assertTrue(bytes > 800_000 || tokens > 40_000, at);
  }

  @Test
  void restoresOnlyTheCurrentDay() throws Exception {
    Ledger.Account account = new Ledger.Account("p", "m", 1000, 1000, 1000);
    ledger.restore(block("2026-11-22", 1000, 1000));
    assertInstanceOf(Ledger.Grant.Waiting.class, ledger.take(account, 1, 1));
    ledger.restore(block("2026-11-23", 1000, 1000));
    assertInstanceOf(
        Ledger.Grant.Exhausted.class,
        ledger.take(new Ledger.Account("p", "other", 1000, 1000, 1000), 1, 1));
  }

  @Test
  void refusesABlockThatGivesBack() {
    assertThrows(BadInput.class, () -> ledger.restore(block("2026-11-23", -1, 0)));
    assertThrows(BadInput.class, () -> ledger.restore(Json.obj().put("day", "x").build()));
  }

  @Test
  void settlingOverrunsTokensOnceAndIsLogged() throws Exception {
    Ledger.Account account = new Ledger.Account("p", "m", 1000, 10, 1000);
    assertInstanceOf(Ledger.Grant.Waiting.class, ledger.settle(account, 1, 500));
    assertInstanceOf(Ledger.Grant.Granted.class, ledger.settle(account, 1, 500));
    assertEquals(500, blocks.getFirst().integer("tokens"));
    assertEquals(0, ledger.tokensLeft(account));
    assertInstanceOf(Ledger.Grant.Exhausted.class, ledger.take(account, 1, 1));
  }

  @Test
  void whatIsLeftAtMidnightIsVoid() throws Exception {
    Ledger.Account account = new Ledger.Account("p", "m", 1000, 1000, 1000);
    ledger.prepare(account);
    assertInstanceOf(Ledger.Grant.Granted.class, ledger.take(account, 1, 1));
    clock.now = clock.now.plusSeconds(86_400);
    assertInstanceOf(Ledger.Grant.Waiting.class, ledger.take(account, 1, 1));
    assertEquals("2026-11-24", blocks.getLast().string("day"));
  }
}
