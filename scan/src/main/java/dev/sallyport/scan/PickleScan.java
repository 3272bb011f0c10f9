package dev.sallyport.scan;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the opcodes of a pickle (Python's pickletools, protocols 0 to 5) and names every import.
 * Nothing is built: there is no unpickler here. All a pickle can do beyond plain values starts with
 * an import, so REDUCE, OBJ, NEWOBJ and BUILD need no look of their own. The names of STACK_GLOBAL
 * are followed through the last two strings and the memo; if they cannot be, that is a finding. A
 * pickle that breaks off runs until it does, so findings before the break count.
 */
final class PickleScan {
  private static final int MAX_NAME = 512;
  private static final int MAX_MEMO = 1_000_000;
  private static final int MAX_PICKLES = 16;
  private static final String UNKNOWN = "";

  /** REDUCE, OBJ, INST, NEWOBJ, NEWOBJ_EX, BUILD and STOP. */
  private static final String CALLS = "Roi\u0081\u0092b.";

  private final String file;
  private final Cursor in;
  private final Findings findings;
  private final Map<Long, String> memo = new HashMap<>();
  private boolean memoOverflown;
  private @Nullable String last;
  private @Nullable String before;

  private boolean sure;
  private long hiddenAt = -1;
  private String hidden = "";

  private PickleScan(String file, Cursor in, Findings findings, boolean sure) {
    this.file = file;
    this.in = in;
    this.findings = findings;
    this.sure = sure;
  }

  /** How far a pickle was understood. */
  enum End {
    /** It ended with STOP; so did those right behind it. */
    WHOLE,
    /** It broke off, or was none. */
    BROKEN
  }

  /**
   * Names the imports of a pickle, and of those that follow it as in PyTorch's old format.
   *
   * @param sure whether it begins as one; if not, numbers may look like an import without a name,
   *     which counts only once something is called, or the pickle is whole
   */
  static End scan(String file, Bytes bytes, Findings findings, boolean sure) throws IOException {
    Cursor in = new Cursor(bytes, 0);
    for (int i = 0; i < MAX_PICKLES; i++) {
      if (!new PickleScan(file, in, findings, sure || i > 0).one()) {
        return End.BROKEN;
      }
      if (in.atEnd() || in.next() != 0x80) {
        return End.WHOLE;
      }
      in.back();
    }
    findings.add(file, in.at(), Rule.PICKLE_BROKEN, "more than " + MAX_PICKLES + " pickles");
    return End.WHOLE;
  }

  private boolean one() throws IOException {
    try {
      while (true) {
        long at = in.at();
        int op = in.next();
        if (CALLS.indexOf(op) >= 0) {
          certain();
        }
        if (op == '.') {
          return true;
        }
        if (!step(op, at)) {
          return false;
        }
      }
    } catch (java.io.EOFException broken) {
      return false;
    }
  }

  /** What was seen so far is meant. */
  private void certain() {
    sure = true;
    if (hiddenAt >= 0) {
      findings.add(file, hiddenAt, Rule.PICKLE_HIDDEN_IMPORT, hidden);
      hiddenAt = -1;
    }
  }

  private void hidden(long at, String what) {
    hiddenAt = at;
    hidden = what;
    if (sure) {
      certain();
    }
  }

  /** Takes one opcode; false if it is none. */
  private boolean step(int op, long at) throws IOException {
    switch (op) {
      case 'c' -> {
        return named(in.line(MAX_NAME), in.line(MAX_NAME), at);
      }
      case 'i' -> {
        return named(in.line(MAX_NAME), in.line(MAX_NAME), at);
      }
      case 0x93 -> stackGlobal(at);
      case 0x82 -> extension(1, at);
      case 0x83 -> extension(2, at);
      case 0x84 -> extension(4, at);
      case 0x8c -> push(text(in.number(1)));
      case 'X' -> push(text(in.number(4)));
      case 0x8d -> push(text(in.number(8)));
      case 'U' -> push(text(in.number(1)));
      case 'T' -> push(text(in.number(4)));
      case 'V', 'S' -> push(unquoted(in.line(1 << 20)));
      case 0x94 -> store(memo.size());
      case 'q' -> store(in.number(1));
      case 'r' -> store(in.number(4));
      case 'p' -> store(index(in.line(MAX_NAME)));
      case 'h' -> push(stored(in.number(1)));
      case 'j' -> push(stored(in.number(4)));
      case 'g' -> push(stored(index(in.line(MAX_NAME))));
      default -> {
        if (!skip(op)) {
          return false;
        }
        if (op != 0x95) {
          forget();
        }
      }
    }
    return true;
  }

  /** What neither names nor carries a name: skipped with its argument. */
  private boolean skip(int op) throws IOException {
    switch (op) {
      case '(',
          '0',
          '1',
          '2',
          'N',
          'R',
          'Q',
          'a',
          'b',
          'd',
          '}',
          'e',
          'l',
          ']',
          'o',
          's',
          't',
          ')',
          'u',
          0x81,
          0x85,
          0x86,
          0x87,
          0x88,
          0x89,
          0x8f,
          0x90,
          0x91,
          0x92,
          0x97,
          0x98 -> {}
      case 'K', 0x80 -> in.skip(1);
      case 'M' -> in.skip(2);
      case 'J' -> in.skip(4);
      case 'G', 0x95 -> in.skip(8);
      case 'I', 'L', 'F', 'P' -> in.line(1 << 16);
      case 'C', 0x8a -> in.skip(in.number(1));
      case 'B', 0x8b -> in.skip(in.number(4));
      case 0x8e, 0x96 -> in.skip(in.number(8));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void forget() {
    last = null;
    before = null;
  }

  private void push(@Nullable String text) {
    before = last;
    last = text;
  }

  private @Nullable String text(long length) throws IOException {
    if (length < 0 || length > MAX_NAME) {
      in.skip(length);
      return null;
    }
    return new String(in.take((int) length), StandardCharsets.UTF_8);
  }

  private static String unquoted(String line) {
    boolean quoted = line.length() >= 2 && (line.charAt(0) == '\'' || line.charAt(0) == '"');
    return quoted ? line.substring(1, line.length() - 1) : line;
  }

  private static long index(String line) {
    return line.matches("[0-9]{1,18}") ? Long.parseLong(line) : -1;
  }

  /** Unknown values take their place too, for MEMOIZE stores at the number of what is stored. */
  private void store(long index) {
    memoOverflown |= memo.size() >= MAX_MEMO;
    if (!memoOverflown) {
      memo.put(index, last == null ? UNKNOWN : last);
    }
  }

  private @Nullable String stored(long index) {
    String text = memoOverflown ? null : memo.get(index);
    return UNKNOWN.equals(text) ? null : text;
  }

  private void stackGlobal(long at) {
    Optional<String> module = Optional.ofNullable(before);
    Optional<String> name = Optional.ofNullable(last);
    forget();
    if (module.isEmpty() || name.isEmpty()) {
      hidden(at, "an import of a computed name");
    } else {
      imported(module.get(), name.get(), at);
    }
  }

  private void extension(int length, long at) throws IOException {
    hidden(at, "an import by number " + in.number(length));
    forget();
  }

  /** Only if both could be names: else this is no pickle at all. */
  private boolean named(String module, String name, long at) {
    forget();
    if (!isName(module) || !isName(name)) {
      return false;
    }
    imported(module, name, at);
    return true;
  }

  private static boolean isName(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c != 0x7f);
  }

  private void imported(String module, String name, long at) {
    if (!PickleImports.isHarmless(module, name)) {
      findings.add(
          file, at, PickleImports.rule(module), "imports " + Json.clip(module + " " + name));
    }
  }
}
