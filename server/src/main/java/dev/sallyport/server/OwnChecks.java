package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.EntryType;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Zone;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the installation's own checks when they are due and writes every change of a result to the
 * log; the next sweep suspends what a failure concerns. A check that throws has failed: a result
 * never says "checked" when it was not. One thread of its own, so that a slow check holds up
 * nothing; owned by {@link Server}.
 */
final class OwnChecks implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("server");
  private static final int MAX_REASON = 500;
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final List<OwnCheck> checks;
  private final Book book;
  private final Digest installation;
  private final InstantSource clock;
  private final Map<String, Seen> seen = new LinkedHashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("checks").unstarted(this::run);

  /** What is known of a check in this process. */
  private record Seen(Instant at, int inARow, Optional<String> wrong) {}

  OwnChecks(List<OwnCheck> checks, Book book, Digest installation, InstantSource clock) {
    this.checks = List.copyOf(checks);
    this.book = book;
    this.installation = installation;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!stop.await(1, TimeUnit.SECONDS)) {
        due();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs every check whose time has come. */
  synchronized void due() {
    Instant now = clock.instant();
    for (OwnCheck check : checks) {
      Seen last = seen.get(check.id());
      if (last == null || !now.isBefore(next(check, last))) {
        run(check, last, now);
      }
    }
  }

  /** One that fails is looked at again soon, so that nobody waits for a thing that is mended. */
  private static Instant next(OwnCheck check, Seen last) {
    boolean soon = last.wrong().isPresent() && check.every().compareTo(RETRY) > 0;
    return last.at().plus(soon ? RETRY : check.every());
  }

  /** Runs one check, or all, now. */
  synchronized void runNow(Optional<String> id) throws Refusal {
    Instant now = clock.instant();
    boolean known = id.isEmpty() || checks.stream().anyMatch(c -> c.id().equals(id.get()));
    if (!known) {
      throw Code.UNKNOWN.because("no check " + Json.clip(id.get()));
    }
    for (OwnCheck check : checks) {
      if (id.isEmpty() || check.id().equals(id.get())) {
        run(check, seen.get(check.id()), now);
      }
    }
  }

  private void run(OwnCheck check, @Nullable Seen last, Instant now) {
    Optional<String> wrong = look(check);
    int before = last == null ? 0 : last.inARow();
    int inARow = wrong.isPresent() ? before + 1 : 0;
    seen.put(check.id(), new Seen(now, inARow, wrong));
    if (wrong.isEmpty() || inARow >= check.failures()) {
      settle(check, wrong);
    }
  }

  private static Optional<String> look(OwnCheck check) {
    try {
      return check.probe().wrong().map(OwnChecks::clip);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "check {0} could not be made: {1}", check.id(), e);
      return Optional.of(clip("could not be made: " + e.getMessage()));
    }
  }

  private static String clip(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
  }

  /** Writes the result if the log says another, or nothing yet. */
  private void settle(OwnCheck check, Optional<String> wrong) {
    Optional<Registry.CheckState> logged = book.read(r -> r.check(check.id()));
    boolean failed = wrong.isPresent();
    if (logged.filter(l -> l.failed() == failed).isPresent()) {
      return;
    }
    Json.Obj data =
        Json.obj()
            .put("check", check.id())
            .put("control", check.control())
            .put("about", installation)
            .put("reason", wrong.orElse("passed"))
            .build();
    try {
      var _ = book.append(failed ? EntryType.CHECK_FAILED : EntryType.CHECK_PASSED, data);
    } catch (AuditFailure | BadInput e) {
      // The log cannot be written: nothing at all is granted any more, and we try again.
      LOG.log(System.Logger.Level.ERROR, "result of check " + check.id() + " not written", e);
    }
  }

  /** What every check says, for people. */
  synchronized Json toJson() {
    List<Json> list = new ArrayList<>();
    for (OwnCheck check : checks) {
      Optional<Registry.CheckState> logged = book.read(r -> r.check(check.id()));
      Json.Builder json =
          Json.obj()
              .put("check", check.id())
              .put("control", check.control())
              .put("required", isRequired(check.control()))
              .put("everySeconds", check.every().toSeconds())
              .put("state", logged.map(l -> l.failed() ? "FAILED" : "PASSED").orElse("NOT YET"));
      logged.ifPresent(l -> json.put("since", l.since()).put("reason", l.reason()));
      Seen last = seen.get(check.id());
      if (last != null) {
        json.put("lastRun", last.at()).put("nextRun", next(check, last));
        last.wrong().ifPresent(w -> json.put("lastWrong", w));
      }
      list.add(json.build());
    }
    return Json.arr(list);
  }

  /** Whether the policy in force asks for the control anywhere; the check only informs if not. */
  private boolean isRequired(String control) {
    Optional<Policy> policy = book.governance().policy();
    return policy.isPresent()
        && Arrays.stream(Zone.values())
            .anyMatch(zone ->
                Arrays.stream(Audience.values())
                    .filter(audience -> policy.get().permits(zone, audience))
                    .anyMatch(audience -> policy.get().controls(zone, audience).contains(control)));
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Duration.ofSeconds(15));
    } catch (InterruptedException e) {
      // Asked to hurry: the thread ends with the process.
      Thread.currentThread().interrupt();
    }
  }
}
