package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.audit.LogCheck;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.release.ReleaseLine;
import dev.sallyport.release.ReleaseView;
import dev.sallyport.risk.AttestationRule;
import dev.sallyport.tlog.CosignedCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The checks that every installation makes, with their intervals (spec/evidence.md §14). Those
 * whose control no policy requires only inform: a suspension is final, and a keyd that is away for
 * a minute should not end every release unless a policy says so.
 */
final class ShippedChecks {
  private static final Duration OFTEN = Duration.ofSeconds(30);
  private static final Duration SELDOM = Duration.ofMinutes(15);
  private static final Duration CERTIFICATE_LEFT = Duration.ofDays(7);
  private static final long SPACE = 256L << 20;

  /** The control that a drill shows, and the kind of evidence that a drill is. */
  private static final String DRILLED = "isolation-drill";

  private static final String DRILL = "drill";

  /** A keyd or keeper that is being restarted is away for some seconds. */
  private static final int PATIENT = 3;

  private final Home home;
  private final Book book;
  private final Engine engine;
  private final KeydLink keyd;
  private final TrustRoot root;
  private final InstantSource clock;

  ShippedChecks(
      Home home, Book book, Engine engine, KeydLink keyd, TrustRoot root, InstantSource clock) {
    this.home = home;
    this.book = book;
    this.engine = engine;
    this.keyd = keyd;
    this.root = root;
    this.clock = clock;
  }

  List<OwnCheck> all() {
    return List.of(
        new OwnCheck("log-verified", "log-witnessed", SELDOM, PATIENT, this::log),
        new OwnCheck("witness-current", "witness-current", OFTEN, PATIENT, this::witness),
        new OwnCheck("models-sealed", "weights-sealed", OFTEN, 1, this::sealed),
        new OwnCheck("models-scanned", "models-scanned", OFTEN, 1, this::scanned),
        new OwnCheck("monitors-on", "monitors-on", OFTEN, 1, ShippedChecks::monitors),
        new OwnCheck("drill-recent", "drill-recent", OFTEN, 1, this::drill),
        new OwnCheck("runtimes-leased", "runtimes-leased", OFTEN, PATIENT, this::leased),
        new OwnCheck("hosts-attested", "hosts-attested", OFTEN, 1, this::attested),
        new OwnCheck("keeper-answers", "keeper-answers", OFTEN, PATIENT, this::keeper),
        new OwnCheck("certificate-lasts", "certificate-lasts", SELDOM, 1, this::certificate),
        new OwnCheck("log-space", "log-space", OFTEN, 1, this::space));
  }

  /** All of the log as it lies on disk, as an auditor verifies it. */
  private Optional<String> log() throws IOException {
    if (book.log().checkpoint().isEmpty()) {
      return Optional.of("no checkpoint was cosigned yet");
    }
    LogCheck check = LogCheck.run(home.log(), root);
    return check.held()
        ? Optional.empty()
        : Optional.of(check.failures().stream().findFirst().orElse("not all of it was checked"));
  }

  /** keyd holds what we think it holds, and nothing waits for it. */
  private Optional<String> witness() throws Exception {
    long witnessed = book.log().checkpoint().map(CosignedCheckpoint::size).orElse(0L);
    long held = keyd.status().integer("size");
    if (held < witnessed) {
      return Optional.of("keyd holds " + held + " entries, the checkpoint has " + witnessed);
    }
    try {
      return book.log().cosign().size() >= witnessed
          ? Optional.empty()
          : Optional.of("the checkpoint went back");
    } catch (AuditFailure e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** What is released was sealed. */
  private Optional<String> sealed() {
    for (ReleaseLine release : book.governance().list()) {
      boolean sealed = book.read(r -> r.sealed(release.model(), release.manifest())).isPresent();
      if (release.state().isInForce() && !sealed) {
        return Optional.of("release " + release.id().brief() + " is of a model never sealed");
      }
    }
    return Optional.empty();
  }

  /** What is released was scanned before it was sealed, and nothing was let pass. */
  private Optional<String> scanned() {
    for (ReleaseLine release : book.governance().list()) {
      if (release.state().isInForce()) {
        Optional<ModelScan> scan =
            book.read(r -> r.sealed(release.model(), release.manifest()))
                .flatMap(Registry.Model::scan);
        String place = "model " + release.model() + " " + release.manifest().brief();
        if (scan.isEmpty()) {
          return Optional.of(place + " was not scanned before it was sealed");
        }
        if (scan.get().errors() > 0) {
          return Optional.of(
              place + " was sealed with " + scan.get().errors() + " errors that were allowed");
        }
      }
    }
    return Optional.empty();
  }

  /** Said plainly: nothing here watches prompts, reasoning or answers. */
  private static Optional<String> monitors() {
    return Optional.of("no monitor is configured");
  }

  /** Isolation was tried out within the days that the policy gives. */
  private Optional<String> drill() {
    Optional<Instant> until = book.governance().lasts(DRILLED, DRILL);
    if (until.isEmpty()) {
      return Optional.of("no " + DRILLED + " that counts was ever evidenced by a drill");
    }
    return clock.instant().isBefore(until.get())
        ? Optional.empty()
        : Optional.of("the last " + DRILLED + " lapsed at " + until.get());
  }

  /** What runs is released, and its lease has not ended. */
  private Optional<String> leased() {
    for (KeeperLink.Running running : engine.running()) {
      boolean inForce = release(running).filter(r -> r.state().isInForce()).isPresent();
      if (!inForce) {
        return Optional.of(running.model() + " runs without a release in force");
      }
      if (!clock.instant().isBefore(running.notAfter())) {
        return Optional.of(running.model() + " runs past its lease");
      }
    }
    return Optional.empty();
  }

  private Optional<ReleaseView> release(KeeperLink.Running running) {
    return book.governance().show(running.release());
  }

  /** The hosts of what runs are of the kind that the policy demands. */
  private Optional<String> attested() throws BadInput {
    for (KeeperLink.Running running : engine.running()) {
      for (AttestationRule rule : demanded(running)) {
        if (!met(rule, running)) {
          return Optional.of("host of " + running.model() + " is not attested as demanded");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean met(AttestationRule rule, KeeperLink.Running running) throws BadInput {
    for (Json.Obj said : running.attestation()) {
      String type = said.string("type");
      if (rule.accept().stream().anyMatch(accepted -> accepted.type().equals(type))) {
        return true;
      }
    }
    return false;
  }

  private List<AttestationRule> demanded(KeeperLink.Running running) {
    return release(running)
        .flatMap(r -> book.governance().policy().map(p -> p.attestation(r.zone(), r.audience())))
        .orElse(List.of());
  }

  private Optional<String> keeper() {
    return engine.keeperUp()
        ? Optional.empty()
        : Optional.of("keeper does not answer: " + engine.keeperMessage());
  }

  private Optional<String> certificate() throws IOException, CertificateException {
    try (InputStream in = Files.newInputStream(home.certificate())) {
      X509Certificate first =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      Duration left = Duration.between(clock.instant(), first.getNotAfter().toInstant());
      return left.compareTo(CERTIFICATE_LEFT) > 0
          ? Optional.empty()
          : Optional.of("TLS certificate ends in " + left.toHours() + " h");
    }
  }

  private Optional<String> space() {
    // Asked of the directory, for inside the sandbox the list of mounts does not have it.
    long free = home.log().toFile().getUsableSpace();
    return free >= SPACE
        ? Optional.empty()
        : Optional.of((free >> 20) + " MiB left for the log; " + (SPACE >> 20) + " are needed");
  }
}
