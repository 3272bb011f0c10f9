package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;

/** One line that is written over: how far, how fast, how long still. */
final class Progress {
  /** Nobody reads faster. */
  private static final long REDRAW_NANOS = 200_000_000;

  private final Session session;
  private final Speed speed = new Speed();
  private long drawn = Long.MIN_VALUE;
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
    long now = System.nanoTime();
    if (shown && done < total && now - drawn < REDRAW_NANOS) {
      return;
    }
    speed.at(now, done);
    drawn = now;
    StringBuilder line = new StringBuilder();
    line.append("\r%3d %%  ".formatted(100 * done / total));
    line.append(Text.size(done)).append(" of ").append(Text.size(total));
    speed.perSecond().ifPresent(s -> line.append("  ").append(Text.size(s)).append("/s"));
    speed.left(total).ifPresent(s -> line.append("  ").append(s).append(" s left"));
    session.err().printf("%-60s", line);
    session.err().flush();
    shown = true;
  }

  void end() {
    if (shown) {
      session.err().println();
    }
  }
}
