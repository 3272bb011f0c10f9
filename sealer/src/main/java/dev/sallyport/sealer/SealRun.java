package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.ModelScan;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Source;
import dev.sallyport.vault.Staging;
import dev.sallyport.vault.Vault;
import dev.sallyport.vault.WrappedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** One sealing from start to end (spec/sealed-weights.md §8). */
final class SealRun {
  private static final int MAX_TRUST_ROOT = 1 << 20;

  private final Arguments arguments;
  private final Report report;
  private final TrustRoot root;
  private final SigningKey signer;
  private final Source source;
  private final Recipient keyd;
  private final Desk desk;

  private SealRun(
      Arguments arguments, Report report, TrustRoot root, SigningKey signer, Source source)
      throws BadInput {
    this.arguments = arguments;
    this.report = report;
    this.root = root;
    this.signer = signer;
    this.source = source;
    this.keyd = Recipient.fromHex(root.keydRecipient());
    this.desk = Desk.at(arguments.home());
  }

  /** Reads everything that the run needs and checks it before anything is written. */
  static SealRun of(Arguments arguments, Report report) throws BadInput, Failure {
    try {
      Path rootFile = arguments.home().resolve("trust-root.json");
      TrustRoot root = TrustRoot.parse(Envelope.parse(Bounded.read(rootFile, MAX_TRUST_ROOT)));
      SigningKey signer = SigningKey.read(arguments.signer());
      requireSystemAdmin(root, signer);
      Source source = Source.scan(arguments.source());
      return new SealRun(arguments, report, root, signer, source);
    } catch (IOException e) {
      throw new Failure(Failure.BAD_INPUT, Wording.of("cannot read", e), e);
    }
  }

  private static void requireSystemAdmin(TrustRoot root, SigningKey signer) throws BadInput {
    Optional<Person> person = root.personOf(signer.verifyingKey().id());
    if (person.isEmpty() || person.get().role() != Role.SYSTEM_ADMIN) {
      throw new BadInput("the signer is no " + Role.SYSTEM_ADMIN.label() + " of the trust root");
    }
  }

  /** How a run came to its sealed model. */
  private enum Way {
    /** From the first byte. */
    NEW,
    /** Behind the files that an interrupted run had finished. */
    RESUMED,
    /** An earlier run had completed it; this one published it. */
    PUBLISHED
  }

  private record Sealed(SealedModel model, Way way) {}

  /**
   * Seals and returns {@code {model, version, manifest, files, bytes, reused, way, scan}}: {@code
   * reused} counts the files whose ciphertext is that of an earlier version.
   */
  Json.Obj run() throws BadInput, Failure {
    ModelScan scan = SourceScan.of(source, arguments.allowed(), report);
    Vault vault = new Vault(arguments.home().resolve("vault"));
    try (Staging staging = vault.stage(arguments.model(), arguments.version())) {
      Sealed sealed = leftOver(staging);
      desk.log(sealed.model(), scan, signer);
      SealedModel published = staging.publish(sealed.model(), root);
      return Json.obj()
          .put("model", published.model().value())
          .put("version", published.version())
          .put("manifest", published.manifest())
          .put("files", published.files().size())
          .put("bytes", published.bytes())
          .put("reused", published.files().stream().filter(f -> f.carried().isPresent()).count())
          .put("way", sealed.way().name().toLowerCase(Locale.ROOT))
          .put("scan", scan.toJson())
          .build();
    } catch (IOException e) {
      throw new Failure(Failure.CANNOT_CREATE, Wording.of("cannot write the vault", e), e);
    }
  }

  /** What an earlier run completed for this very source, or a fresh sealing. */
  private Sealed leftOver(Staging staging) throws IOException, BadInput, Failure {
    Optional<SealedModel> complete = complete(staging);
    if (complete.isPresent()
        && arguments.version().orElse(complete.get().version()) == complete.get().version()
        && source.is(complete.get())) {
      report.note("version " + complete.get().version() + " was sealed before: publishing it");
      return new Sealed(complete.get(), Way.PUBLISHED);
    }
    return seal(staging);
  }

  private Optional<SealedModel> complete(Staging staging) throws IOException {
    try {
      return staging.complete(root);
    } catch (BadInput e) {
      report.note("an earlier sealing cannot be used: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Sealed seal(Staging staging) throws IOException, BadInput, Failure {
    Optional<Staging.Begun> interrupted =
        arguments.afresh() ? Optional.empty() : staging.interrupted();
    Optional<Secret> kept = interrupted.isEmpty() ? Optional.empty() : resumed(interrupted.get());
    if (kept.isPresent()) {
      try (Secret dataKey = kept.get()) {
        report.note("going on with version " + interrupted.get().version());
        return new Sealed(seal(staging, interrupted.get(), dataKey), Way.RESUMED);
      }
    }
    try (Secret dataKey = Secret.random()) {
      Staging.Begun begun = staging.begin(source);
      begun.keep(desk.draft(keyd, arguments.model(), begun.version(), signer, dataKey));
      return new Sealed(seal(staging, begun, dataKey), Way.NEW);
    }
  }

  /** The data key of an interrupted sealing, if keyd still gives it. */
  private Optional<Secret> resumed(Staging.Begun begun) throws IOException, BadInput, Failure {
    try {
      return Optional.of(desk.resume(signer, arguments.model(), begun, Instant.now()));
    } catch (Refusal e) {
      report.note("the interrupted sealing cannot go on: " + e.getMessage());
      return Optional.empty();
    }
  }

  private SealedModel seal(Staging staging, Staging.Begun begun, Secret dataKey)
      throws IOException, BadInput, Failure {
    Staging.Draft draft =
        staging.seal(begun, source, dataKey, signer, arguments.params(), base(staging), report);
    draft
        .reuse()
        .ifPresent(reuse ->
            report.note(
                reuse.files().size() + " files are those of version " + reuse.base().version()));
    WrappedKeys keys =
        desk.wrap(keyd, arguments.model(), draft, draft.manifest(root).id(), dataKey);
    return draft.finish(keys, root);
  }

  /** The version before this one, unless it is not wanted or does not open. */
  private Optional<SealedModel> base(Staging staging) throws IOException {
    if (arguments.afresh()) {
      return Optional.empty();
    }
    try {
      return staging.base(root);
    } catch (BadInput e) {
      report.note("the version before cannot be used again: " + e.getMessage());
      return Optional.empty();
    }
  }
}
