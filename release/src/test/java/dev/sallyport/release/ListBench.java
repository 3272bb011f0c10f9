package dev.sallyport.release;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;
import dev.sallyport.risk.Approval;
import dev.sallyport.risk.Audience;
import dev.sallyport.risk.ReleaseRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Times the list of 10,000 releases with their history, as JSON for the command line (issue: within
 * 100 ms), and one look of the clockwork at them; a program, not a test.
 */
final class ListBench {
  private static final int RELEASES = 10_000;
  private static final int ROUNDS = 40;

  private ListBench() {}

  public static void main(String[] args) throws Exception {
    House house = new House();
    house.documents(1, 0);
    house.assessAllGreen();
    house.allControls();
    long start = System.nanoTime();
    for (int i = 0; i < RELEASES; i++) {
      release(house, i);
    }
    System.out.printf(
        "read %d entries in %.1f s%n", house.entries.size(), (System.nanoTime() - start) / 1e9);
    double first = time(house, () -> house.governance.sweep());
    print("look at all, first", first);
    print("look at all", median(house, () -> house.governance.sweep()));
    print("list", median(house, () -> list(house)));
  }

  /** A release of a model of its own: requested, approved by two, in force. */
  private static void release(House house, int i) throws Exception {
    ReleaseRequest like =
        house.governance.propose("m", Audience.INTERNAL, house.now.plus(House.DAY)).request();
    ReleaseRequest request =
        new ReleaseRequest(
            "m" + i,
            i % 2 == 0 ? House.MODEL : Digest.of("model " + i),
            like.audience(),
            like.zone(),
            like.areas(),
            like.evidence(),
            like.waivers(),
            like.resumes(),
            like.thresholds(),
            like.policy(),
            like.trustRoot(),
            like.requested(),
            like.expires());
    Envelope signed = house.sign(request.statement(), "sys");
    house.enter("release.requested", Json.obj().put("envelope", signed.toJson()).build());
    for (String who : List.of("sec1", "aud")) {
      Instant until = house.now.plus(House.DAY);
      Envelope yes = house.sign(Approval.statement(signed.id(), who, house.now, until), who);
      house.enter("release.approved", Json.obj().put("envelope", yes.toJson()).build());
    }
    Json.Obj came = Json.obj().put("release", signed.id()).put("reason", "quorum").build();
    house.enter("release.activated", came);
  }

  private static int list(House house) {
    return Json.toString(
            Json.arr(house.governance.list().stream().map(ReleaseLine::toJson).toList()))
        .length();
  }

  /** Something to time. */
  private interface Job {
    Object run() throws Exception;
  }

  private static double median(House house, Job job) throws Exception {
    double[] times = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      times[i] = time(house, job);
    }
    Arrays.sort(times);
    return times[ROUNDS / 2];
  }

  private static double time(House house, Job job) throws Exception {
    house.now = house.now.plusSeconds(1);
    long start = System.nanoTime();
    if (job.run().equals(0)) {
      throw new IllegalStateException("nothing was done");
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private static void print(String what, double ms) {
    System.out.printf("%s: %.1f ms for %d releases%n", what, ms, RELEASES);
  }
}
