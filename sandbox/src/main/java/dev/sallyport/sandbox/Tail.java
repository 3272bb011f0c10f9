package dev.sallyport.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last lines a process wrote, bounded in number and width. One virtual thread drains the pipe
 * until the process closes it; {@link Confined} owns it. Thread-safe.
 */
final class Tail {
  private static final int LINES = 40;
  private static final int WIDTH = 400;

  private final Deque<String> lines = new ArrayDeque<>();
  private final StringBuilder partial = new StringBuilder();
  private boolean keeping = true;
  private final OutputStream echo;
  private final Thread drain;

  /**
   * @param echo gets all of it as well, unchanged; left open
   */
  Tail(InputStream pipe, OutputStream echo, String name) {
    this.echo = echo;
    this.drain = Thread.ofVirtual().name(name + "-output").start(() -> drain(pipe));
  }

  private void drain(InputStream pipe) {
    byte[] buffer = new byte[4096];
    try (pipe) {
      for (int n = pipe.read(buffer); n >= 0; n = pipe.read(buffer)) {
        echo.write(buffer, 0, n);
        echo.flush();
        add(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException closed) {
      // The pipe of a process that was killed may fail instead of ending: that is its end.
      add("\n");
    }
  }

  private synchronized void add(String text) {
    if (!keeping) {
      return;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        endLine();
      } else if (partial.length() < WIDTH) {
        partial.append((c >= ' ' && c < 0x7f) ? c : '?');
      }
    }
  }

  private void endLine() {
    lines.addLast(partial.toString());
    partial.setLength(0);
    if (lines.size() > LINES) {
      lines.removeFirst();
    }
  }

  /** Forgets what was kept and keeps nothing from now on. */
  synchronized void forget() {
    keeping = false;
    lines.clear();
    partial.setLength(0);
  }

  /** Printable ASCII, oldest first. */
  synchronized List<String> lines() {
    if (!partial.isEmpty()) {
      endLine();
    }
    return List.copyOf(lines);
  }

  /** Waits until the process has closed its end. */
  void join() throws InterruptedException {
    drain.join();
  }
}
