package dev.sallyport.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A tar archive (POSIX ustar, GNU long names): names, links, and each entry by itself. */
final class TarScan {
  private static final int BLOCK = 512;
  private static final int MAX_ENTRIES = 20_000;
  private static final int MAX_NAME = 1 << 16;

  private TarScan() {}

  static void scan(String file, Bytes bytes, Findings findings, int depth) throws IOException {
    long at = 0;
    String longName = "";
    for (int i = 0; at <= bytes.size() - BLOCK; i++) {
      if (i >= MAX_ENTRIES) {
        findings.add(file, at, Rule.ARCHIVE_BOMB, "more than " + MAX_ENTRIES + " entries");
        return;
      }
      byte[] head = bytes.read(at, BLOCK);
      if (head[0] == 0) {
        return;
      }
      long size = octal(head, 124, 12);
      if (size < 0 || size > bytes.size() - at - BLOCK) {
        findings.add(file, at, Rule.ARCHIVE_BROKEN, "an entry of " + size + " bytes");
        return;
      }
      char type = (char) head[156];
      if (type == 'L' && size <= MAX_NAME) {
        longName = text(bytes.read(at + BLOCK, (int) size), 0, (int) size);
      } else {
        String prefix = text(head, 345, 155);
        String shortName = (prefix.isEmpty() ? "" : prefix + "/") + text(head, 0, 100);
        String name = longName.isEmpty() ? shortName : longName;
        entry(file, name, type, at, bytes.slice(at + BLOCK, size), findings, depth);
        longName = "";
      }
      at += BLOCK + Math.ceilDiv(size, BLOCK) * (long) BLOCK;
    }
  }

  private static void entry(
      String file, String name, char type, long at, Bytes content, Findings findings, int depth)
      throws IOException {
    if (EntryName.escapes(name)) {
      findings.add(file, at, Rule.ARCHIVE_PATH, "entry " + EntryName.shown(name));
    }
    switch (type) {
      case '0', '\0', '7' -> Scanner.content(file + "!" + name, content, findings, depth + 1);
      case '5', 'x', 'g' -> {
        if (type != '5') {
          findings.add(file, at, Rule.NOT_ALL_SCANNED, "an extended header may rename entries");
        }
      }
      case '1', '2' -> findings.add(file, at, Rule.ARCHIVE_LINK, "a link " + EntryName.shown(name));
      default ->
          findings.add(file, at, Rule.ARCHIVE_LINK, "a special file " + EntryName.shown(name));
    }
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /** Octal digits; GNU's binary sizes count as none. */
  private static long octal(byte[] bytes, int from, int length) {
    String digits = text(bytes, from, length).strip();
    return digits.matches("[0-7]{1,12}") ? Long.parseLong(digits, 8) : -1;
  }
}
