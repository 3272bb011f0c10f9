package dev.sallyport.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorpusTest {
  private static String digest(long seed) throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    for (Document document : new Corpus(seed).documents(500)) {
      sha256.update(document.toString().getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  @Test
  void writesTheSameTextForTheSameSeed() throws Exception {
    assertEquals("42e9aa07453992570efb6d4d81254d936235b9994785c66d4907dc19ef3cab55", digest(1));
  }

  @Test
  void writesOtherTextForAnotherSeed() throws Exception {
    assertNotEquals(digest(1), digest(2));
  }

  @Test
  void everyConversationEndsWithAnAnswer() {
    for (Document document : new Corpus(3).documents(300)) {
      if (document instanceof Document.Chat(List<Document.Turn> turns)) {
        assertEquals("assistant", turns.getLast().role());
        assertTrue(turns.getLast().text().endsWith("."), turns.getLast().text());
      }
    }
  }
}
