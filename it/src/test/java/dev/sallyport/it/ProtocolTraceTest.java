package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A run of the real processes is one that spec/release.als allows, and a doctored one is not. */
class ProtocolTraceTest {
  private List<Json.Obj> log = List.of();
  private List<Json.Obj> journal = List.of();

  /** Released inside, run, widened, both stopped by one; then resumed inside and run again. */
  private void record() throws Exception {
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      house.evidence();
      String internal =
          house
              .run(
                  "release",
                  "request",
                  Installation.MODEL,
                  "--audience",
                  "internal",
                  "--as",
                  "sysadmin")
              .ok()
              .string("release");
      house.run("release", "approve", internal, "--as", "sec1", "--yes").ok();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
      String limited = house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
      for (String release : List.of(limited, internal)) {
        house.run("release", "stop", release, "--as", "audit1", "--reason", "drill").ok();
      }
      String resumed =
          house.run("release", "resume", internal, "--as", "sysadmin").ok().string("release");
      house.run("release", "approve", resumed, "--as", "sec1", "--yes").ok();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();
      String entries = house.run("log", "show", "--from", "0", "--count", "100000").out();
      log = ProtocolTrace.lines(entries).stream().map(ProtocolTraceTest::entry).toList();
      journal = ProtocolTrace.lines(Files.readString(house.home().resolve("keyd/state/journal")));
    }
  }

  private static Json.Obj entry(Json.Obj line) {
    try {
      return line.object("entry");
    } catch (dev.sallyport.core.BadInput e) {
      throw new AssertionError(e);
    }
  }

  private ProtocolTrace trace() throws Exception {
    ProtocolTrace trace = new ProtocolTrace();
    for (Json.Obj entry : log) {
      trace.entry(entry);
    }
    for (Json.Obj line : journal) {
      trace.journal(line);
    }
    trace.end();
    return trace;
  }

  /** Something done to a recorded run. */
  private interface Doctoring {
    void on(ProtocolTrace trace);
  }

  @Test
  void aRecordedRunIsOneOfTheModelAndADoctoredOneIsNot() throws Exception {
    record();
    String model = Alloy.protocol();
    ProtocolTrace honest = trace();
    assertTrue(honest.leases() >= 3, "no lease was recorded");
    assertTrue(Alloy.satisfiable(honest.pinned(model)), honest.pinned(""));
    Map<String, Doctoring> doctored = new TreeMap<>();
    doctored.put("a lease after the stop", ProtocolTrace::leaseAtTheEnd);
    doctored.put("a lease before its intent was read", ProtocolTrace::leaseFirst);
    doctored.put("in force before the quorum", t -> t.moveToTheEnd("Approve"));
    doctored.put("a lease before the release was in force", t -> t.moveToTheEnd("Activate"));
    doctored.put("a lease without an intent", t -> t.remove("Intent"));
    for (Map.Entry<String, Doctoring> lie : doctored.entrySet()) {
      ProtocolTrace trace = trace();
      lie.getValue().on(trace);
      assertFalse(Alloy.satisfiable(trace.pinned(model)), lie.getKey());
    }
    leasesEndWithinTheirGrants();
  }

  /** Times are not in the model: each lease ends before the request that it rests on. */
  private void leasesEndWithinTheirGrants() throws Exception {
    Map<String, Instant> expires = new TreeMap<>();
    for (Json.Obj entry : log) {
      if (entry.string("type").equals("release.requested")) {
        byte[] payload = entry.object("data").object("envelope").base64("payload");
        expires.put(
            dev.sallyport.core.Digest.of(payload).toString(),
            Json.parseObject(payload).object("predicate").instant("expires"));
      }
    }
    int leases = 0;
    for (Json.Obj line : journal) {
      if (line.string("event").equals("lease")) {
        leases++;
        Json.Obj lease = line.object("data");
        Instant notAfter = lease.instant("notAfter");
        assertFalse(notAfter.isAfter(expires.get(lease.string("release"))));
        assertFalse(notAfter.isAfter(line.instant("at").plusSeconds(60)));
      }
    }
    assertTrue(leases >= 2);
  }
}
