package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;

/** One line that is written over: how far, how fast, how long still. */
final class Progress {
  private static final double NANOS = 1e9;

  private final Session session;
  private final long start = System.nanoTime();
  private boolean shown;

  Progress(Session session) {
    this.session = session;
  }

  /** Shows {@code {"progress":{"bytes":…,"total":…}}}; false if the line is none. */
  boolean show(Json.Obj line) throws BadInput {
    if (line.find("note").isPresent()) {
      session.say(line.string("note"));
      return true;
    }
    if (line.find("progress").isEmpty()) {
      return false;
    }
    Json.Obj progress = line.object("progress");
    draw(progress.integer("bytes"), Math.max(1, progress.integer("total")));
    return true;
  }

  /** Shows how much is done; nothing when results are for programs. */
  void draw(long done, long total) {
    if (session.json()) {
      return;
    }
    double seconds = Math.max(1e-3, (System.nanoTime() - start) / NANOS);
    long perSecond = (long) (done / seconds);
    long left = perSecond == 0 ? 0 : (total - done) / perSecond;
    session
        .err()
        .printf(
            "\r%3d %%  %s of %s  %s/s  %d s left   ",
            100 * done / total, Text.size(done), Text.size(total), Text.size(perSecond), left);
    shown = true;
  }

  void end() {
    if (shown) {
      session.err().println();
    }
  }
}
