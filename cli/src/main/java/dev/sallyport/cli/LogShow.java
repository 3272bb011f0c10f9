package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Entries of the log, one line each. */
@Command(
    description = "Shows entries of the audit log; with --json one object per line.",
    footer = {"", "Example: sallyport log show --from 0 --count 100 --type release.activated"})
final class LogShow implements Callable<Integer> {
  private static final int BATCH = 256;

  private final Session session;

  @Option(names = "--from", paramLabel = "N", description = "First index (default: the last ones).")
  private long from = -1;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "At most this many (default: ${DEFAULT-VALUE}).")
  private long count = 20;

  @Option(names = "--type", paramLabel = "TYPE", description = "Only entries of this type.")
  private @Nullable String type;

  LogShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Control server = session.control();
    long size = server.ask("status").object("log").integer("size");
    long next = from < 0 ? Math.max(0, size - count) : from;
    long end = Math.min(size, next + count);
    while (next < end) {
      Json.Obj read =
          server.ask(
              "log.read", Json.obj().put("from", next).put("n", Math.min(BATCH, end - next)));
      for (Json.Obj entry : read.objects("entries")) {
        show(next, entry);
        next++;
      }
      if (read.array("entries").isEmpty()) {
        throw new Failure(Exit.DATA, "the server gave no entry " + next + " of " + size);
      }
    }
    return Exit.OK.status();
  }

  private void show(long index, Json.Obj entry) throws BadInput {
    if (type != null && !entry.string("type").equals(type)) {
      return;
    }
    if (session.json()) {
      Json.Obj line = Json.obj().put("index", index).put("entry", entry).build();
      session.out().println(Json.toString(line));
      return;
    }
    String data = Json.toString(said(entry.object("data")));
    String cut = data.length() > 120 ? data.substring(0, 120) + "…" : data;
    session
        .out()
        .println(index + " " + entry.string("time") + " " + entry.string("type") + " " + cut);
  }

  /** What a signed statement says, in place of its envelope. For people: nothing is verified. */
  private static Json said(Json.Obj data) throws BadInput {
    if (data.find("order").orElse(Json.of("")) instanceof Json.Obj order) {
      return Envelope.parse(order).unverifiedStatement().predicate();
    }
    return data.find("envelope").isPresent()
        ? Envelope.parse(data.object("envelope")).unverifiedStatement().predicate()
        : data;
  }
}
