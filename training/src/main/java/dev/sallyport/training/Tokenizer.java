package dev.sallyport.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tokenizer that llama.cpp calls SPM: control tokens, 256 byte tokens, then pieces. Encodes by
 * merging the best-scored neighbours first, leftmost among equals; a character without a piece
 * becomes its UTF-8 bytes. No blank is put before the text (add_space_prefix is false).
 */
final class Tokenizer {
  static final int UNKNOWN = 0;
  static final int BOS = 1;
  static final int EOS = 2;
  static final int TURN_START = 3;
  static final int TURN_END = 4;

  private static final List<String> CONTROL =
      List.of("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>");
  private static final int FIRST_BYTE = CONTROL.size();
  private static final int FIRST_PIECE = FIRST_BYTE + 256;

  /** Token types of GGUF. */
  private static final int NORMAL = 1;

  private static final int UNKNOWN_TYPE = 2;
  private static final int CONTROL_TYPE = 3;
  private static final int BYTE_TYPE = 6;

  private final List<String> tokens;
  private final Map<String, Integer> pieces = new HashMap<>();

  Tokenizer(List<String> learned) {
    List<String> all = new ArrayList<>(CONTROL);
    for (int b = 0; b < 256; b++) {
      all.add(String.format(Locale.ROOT, "<0x%02X>", b));
    }
    all.addAll(learned);
    tokens = List.copyOf(all);
    for (int id = FIRST_PIECE; id < tokens.size(); id++) {
      pieces.put(tokens.get(id), id);
    }
  }

  int size() {
    return tokens.size();
  }

  /** The text of every token, by id. */
  List<String> tokens() {
    return tokens;
  }

  /** The score of every token, by id: the earlier a piece was learned, the higher. */
  float[] scores() {
    float[] out = new float[size()];
    for (int id = FIRST_PIECE; id < out.length; id++) {
      out[id] = FIRST_PIECE - id;
    }
    return out;
  }

  /** The GGUF type of every token, by id. */
  int[] types() {
    int[] out = new int[size()];
    Arrays.fill(out, NORMAL);
    Arrays.fill(out, 0, FIRST_BYTE, CONTROL_TYPE);
    Arrays.fill(out, FIRST_BYTE, FIRST_PIECE, BYTE_TYPE);
    out[UNKNOWN] = UNKNOWN_TYPE;
    return out;
  }

  /** A whole document with its control tokens (ChatML for conversations), from BOS to EOS. */
  List<Integer> encode(Document document) {
    List<Integer> out = new ArrayList<>(List.of(BOS));
    boolean chat = document instanceof Document.Chat;
    boolean first = true;
    for (String text : document.texts()) {
      if (chat) {
        out.addAll(first ? List.of() : encode("\n"));
        out.add(TURN_START);
      }
      out.addAll(encode(text));
      if (chat) {
        out.add(TURN_END);
      }
      first = false;
    }
    out.add(EOS);
    return out;
  }

  /** The tokens of plain text; control tokens in it are not recognised. */
  List<Integer> encode(String text) {
    List<Integer> out = new ArrayList<>();
    for (String unit : Pieces.units(text)) {
      List<String> symbols = new ArrayList<>(Pieces.split(unit));
      for (int at = bestMerge(symbols); at >= 0; at = bestMerge(symbols)) {
        symbols.set(at, symbols.get(at) + symbols.remove(at + 1));
      }
      symbols.forEach(symbol -> add(symbol, out));
    }
    return out;
  }

  /** Where the best-scored merge is, or -1. The lowest id has the highest score. */
  private int bestMerge(List<String> symbols) {
    int at = -1;
    int best = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < symbols.size(); i++) {
      int id = pieces.getOrDefault(symbols.get(i) + symbols.get(i + 1), Integer.MAX_VALUE);
      if (id < best) {
        best = id;
        at = i;
      }
    }
    return at;
  }

  private void add(String symbol, List<Integer> out) {
    Integer id = pieces.get(symbol);
    if (id != null) {
      out.add(id);
      return;
    }
    for (byte b : symbol.getBytes(StandardCharsets.UTF_8)) {
      out.add(FIRST_BYTE + Byte.toUnsignedInt(b));
    }
  }

  /** The text of these tokens; control tokens are left out. */
  String decode(List<Integer> ids) {
    var bytes = new java.io.ByteArrayOutputStream();
    for (int id : ids) {
      if (id >= FIRST_PIECE) {
        bytes.writeBytes(
            tokens.get(id).replace(Pieces.BLANK, ' ').getBytes(StandardCharsets.UTF_8));
      } else if (id >= FIRST_BYTE) {
        bytes.write(id - FIRST_BYTE);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
