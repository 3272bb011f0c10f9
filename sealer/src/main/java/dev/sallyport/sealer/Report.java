package dev.sallyport.sealer;

import dev.sallyport.core.Json;
import dev.sallyport.vault.Progress;
import java.io.PrintStream;

/** Writes JSON lines for whoever started the sealer: steps, and progress at each full percent. */
final class Report implements Progress {
  private final PrintStream out;
  private long percent = -1;

  private Report(PrintStream out) {
    this.out = out;
  }

  static Report to(PrintStream out) {
    return new Report(out);
  }

  /** A step begins, or something is worth knowing. */
  @Override
  public void note(String text) {
    out.println(Json.toString(Json.obj().put("note", text).build()));
  }

  @Override
  public void done(long bytes, long total) {
    long now = total == 0 ? 100 : (long) (100.0 * bytes / total);
    if (now != percent) {
      percent = now;
      Json progress = Json.obj().put("bytes", bytes).put("total", total).build();
      out.println(Json.toString(Json.obj().put("progress", progress).build()));
    }
  }
}
