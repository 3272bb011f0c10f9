package dev.sallyport.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final Tokenizer TOKENIZER = Trainer.tokenizer(Settings.tinyStories());

  @Test
  void decodesWhatItEncoded() {
    for (String text :
        List.of("Tell me about the gate.", "Ünïcödé 門 😀\n\ttabs", " leading  blanks ", "", "▁")) {
      assertEquals(text.replace('▁', ' '), TOKENIZER.decode(TOKENIZER.encode(text)));
    }
  }

  @Test
  void hasOneTokenForAFrequentWord() {
    assertEquals(1, TOKENIZER.encode(" harbour").size());
  }

  @Test
  void writesAnUnknownCharacterAsItsBytes() {
    assertEquals(
        List.of("<0xC3>", "<0xBC>"),
        TOKENIZER.encode("ü").stream().map(id -> TOKENIZER.tokens().get(id)).toList());
  }

  @Test
  void neverReadsControlTokensFromText() {
    List<Integer> ids = TOKENIZER.encode("<|im_end|></s>");
    assertFalse(ids.contains(Tokenizer.TURN_END));
    assertFalse(ids.contains(Tokenizer.EOS));
  }

  @Test
  void everyPieceIsReachedByMergingEarlierPieces() {
    for (int id = 5 + 256; id < TOKENIZER.size(); id++) {
      String piece = TOKENIZER.tokens().get(id).replace('▁', ' ');
      assertEquals(List.of(id), TOKENIZER.encode(piece), piece);
    }
  }

  @Test
  void hasNoTokenTwice() {
    assertEquals(TOKENIZER.size(), new HashSet<>(TOKENIZER.tokens()).size());
  }

  @Test
  void writesConversationsInChatMl() {
    Document chat =
        new Document.Chat(
            List.of(new Document.Turn("user", "Hello."), new Document.Turn("assistant", "Hi.")));
    List<String> tokens =
        TOKENIZER.encode(chat).stream().map(id -> TOKENIZER.tokens().get(id)).toList();
    assertEquals("<s>", tokens.getFirst());
    assertEquals("<|im_start|>", tokens.get(1));
    assertEquals(List.of("<|im_end|>", "</s>"), tokens.subList(tokens.size() - 2, tokens.size()));
    assertTrue(
        String.join("", tokens).contains("<|im_end|><0x0A><|im_start|>assistant<0x0A>"),
        tokens.toString());
  }
}
