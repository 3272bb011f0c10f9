package dev.sallyport.cli;

import dev.sallyport.audit.Entry;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.release.Replay;
import dev.sallyport.risk.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Judges past decisions anew from the log, here and not on the server: what the server gives are
 * entries, whose signatures are verified once more. That the entries are the witnessed ones is for
 * {@code log verify} to say.
 */
@Command(
    description = {
      "Takes every decision about a release anew from the log, and compares each byte for byte with",
      "what was recorded: what was asked, approved or refused, what it waited for, what became of",
      "it. Fails if one differs."
    },
    footer = {"", "Example: sallyport release replay sha256:…"})
final class ReleaseReplay implements Callable<Integer> {
  private static final int BATCH = 256;

  private final Session session;

  @Parameters(paramLabel = "RELEASE", description = "The id of the request.")
  private String release = "";

  ReleaseReplay(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput {
    Digest id = Ids.parse(release);
    Replay replay = new Replay(session.home().readTrustRoot(), id);
    feed(replay);
    if (!replay.found()) {
      throw new Failure(Exit.MISSING, "release " + id + " is not in the log");
    }
    List<String> lines = new ArrayList<>();
    for (Replay.Decision d : replay.decisions()) {
      lines.add(
          "entry "
              + d.index()
              + " "
              + d.type()
              + " at "
              + d.at()
              + (d.same() ? ": the same, byte for byte" : ": DIFFERS from what is recorded"));
      d.verdict().why().stream().map(Reason::text).map(t -> "    " + t).forEach(lines::add);
    }
    Json.Obj result =
        Json.obj()
            .put("release", id)
            .put(
                "decisions",
                Json.arr(replay.decisions().stream().map(Replay.Decision::toJson).toList()))
            .build();
    session.print(result, lines.isEmpty() ? List.of("no decision was taken yet") : lines);
    boolean same = replay.decisions().stream().allMatch(Replay.Decision::same);
    return same ? Exit.OK.status() : Exit.DATA.status();
  }

  private void feed(Replay replay) throws Failure, BadInput {
    Control server = session.control();
    long size = server.ask("status").object("log").integer("size");
    long next = 0;
    while (next < size) {
      Json.Obj read =
          server.ask(
              "log.read", Json.obj().put("from", next).put("n", Math.min(BATCH, size - next)));
      if (read.array("entries").isEmpty()) {
        throw new Failure(Exit.DATA, "the server gave no entry " + next + " of " + size);
      }
      for (Json.Obj e : read.objects("entries")) {
        replay.apply(next++, new Entry(e.string("type"), e.instant("time"), e.object("data")));
      }
    }
  }
}
