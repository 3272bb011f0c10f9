package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a tile or an entry bundle is kept, relative to the log (C2SP tlog-tiles).
 *
 * @param level 0 to 63 for hashes, {@link #ENTRIES} for a bundle of entries
 * @param index counts tiles of one level from 0
 * @param width hashes or entries in it, 1 to {@link #FULL}
 */
public record TilePath(int level, long index, int width) {
  /** The pseudo-level of entry bundles. */
  public static final int ENTRIES = -1;

  /** The width of a full tile. */
  public static final int FULL = 256;

  private static final Pattern FORM =
      Pattern.compile(
          "tile/(entries|0|[1-9][0-9]?)((?:/x[0-9]{3}){0,5}/[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

  public TilePath {
    if (level < ENTRIES || level > 63 || index < 0 || width < 1 || width > FULL) {
      throw new IllegalArgumentException(
          "internal error: tile " + level + "/" + index + " of width " + width);
    }
  }

  public static TilePath full(int level, long index) {
    return new TilePath(level, index, FULL);
  }

  public static TilePath entries(long index, int width) {
    return new TilePath(ENTRIES, index, width);
  }

  /** Width of the rightmost, partial tile of a level in a tree of this size; 0 if there is none. */
  public static int partialWidth(int level, long treeSize) {
    return (int) (countAt(level, treeSize) % FULL);
  }

  /** How many hashes (or entries) a level has in a tree of this size. */
  public static long countAt(int level, long treeSize) {
    int shift = 8 * Math.max(level, 0);
    return shift > 62 ? 0 : treeSize >>> shift;
  }

  public boolean isFull() {
    return width == FULL;
  }

  /** {@code tile/0/x001/234.p/17}, with forward slashes. */
  public String path() {
    String digits = String.format(Locale.ROOT, "%03d", index % 1000);
    StringBuilder number = new StringBuilder(digits);
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      number.insert(0, String.format(Locale.ROOT, "x%03d/", rest % 1000));
    }
    String name = level == ENTRIES ? "entries" : Integer.toString(level);
    return "tile/" + name + "/" + number + (isFull() ? "" : ".p/" + width);
  }

  /** Reads a {@link #path}; every path has exactly one form. */
  public static TilePath parse(String path) throws BadInput {
    Matcher m = FORM.matcher(path);
    if (m.matches()) {
      int level = m.group(1).equals("entries") ? ENTRIES : Integer.parseInt(m.group(1));
      long index = Long.parseLong(m.group(2).replaceAll("[/x]", ""));
      int width = m.group(3) == null ? FULL : Integer.parseInt(m.group(3));
      if (level <= 63 && width <= FULL) {
        TilePath tile = new TilePath(level, index, width);
        if (tile.path().equals(path)) {
          return tile;
        }
      }
    }
    throw new BadInput("\"" + Json.clip(path) + "\" is not the path of a tile");
  }

  @Override
  public String toString() {
    return path();
  }
}
