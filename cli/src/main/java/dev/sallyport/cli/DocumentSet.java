package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Statement;
import dev.sallyport.release.Finding;
import dev.sallyport.release.RiskLint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Puts a new version in force; releases made under the older one end (spec/evidence.md §3). */
@Command(
    description = {
      "Puts a new version in force, signed by two security administrators; a looser one, which",
      "names in \"proposedBy\" who wants it, by an audit administrator too.",
      "Every release that was made under the older version ends."
    },
    footer = {
      "",
      "Examples (the version in the file is above the one in force):",
      "  sallyport policy set policy.json --as sec1 --as sec2",
      "  sallyport thresholds set lines.json --as sec1 --as sec2"
    })
final class DocumentSet implements Callable<Integer> {
  private static final int MAX_DOCUMENT = 40_000;

  private final Session session;
  private final GoverningDocument document;
  @Mixin private final SignAll signers = new SignAll();

  @Parameters(paramLabel = "FILE", description = "All of the document, as JSON.")
  private Path file = Path.of("");

  DocumentSet(Session session, GoverningDocument document) {
    this.session = session;
    this.document = document;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException {
    signers.require();
    Json.Obj wanted;
    Statement statement;
    try {
      wanted = Json.parseObject(Bounded.read(file, MAX_DOCUMENT));
      statement = document.statement(wanted);
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, file + ": " + e.getMessage(), e);
    }
    long version = wanted.integer("version");
    Json.Obj inForce = document.inForce(session);
    requireAbove(inForce.integer("version"), version);
    List<String> doubts = doubts();
    doubts.forEach(what -> session.say("doubtful    " + what));
    List<String> looser = document.loosening(inForce, wanted);
    looser.forEach(what -> session.say("looser      " + what));
    session.say(
        looser.isEmpty() ? "tightens    nothing is looser than before" : "it takes three people");
    Json.Obj accepted = session.control().submit(signers.sign(session.home(), statement));
    session.print(
        Json.obj()
            .put("version", version)
            .put("id", accepted.string("id"))
            .put("doubts", Json.strings(doubts))
            .build(),
        List.of(
            Text.column(document.label(), 12) + "version " + version + " is in force",
            "releases    made under an older version have ended; request them anew"));
    return Exit.OK.status();
  }

  /**
   * What no catalogue stands behind. The gate takes it, so nothing is refused: whoever tightens
   * must not be kept from it.
   */
  private List<String> doubts() throws Failure, BadInput, IOException {
    RiskLint lint = new RiskLint(LocalDate.now(ZoneOffset.UTC));
    OwnCatalogues.addTo(lint, session.home(), List.of());
    lint.add(file.toString(), Bounded.read(file, MAX_DOCUMENT));
    return lint.findings().stream().map(Finding::text).toList();
  }

  /** The server and keyd see to it, too; here it is said before anyone signs. */
  private void requireAbove(long last, long version) throws Failure {
    if (version <= last) {
      throw new Failure(
          Exit.DATA,
          document.label()
              + " version "
              + version
              + " is not above "
              + last
              + ", which is in force");
    }
  }
}
