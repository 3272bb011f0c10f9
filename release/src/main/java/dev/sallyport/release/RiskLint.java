package dev.sallyport.release;

import dev.sallyport.controls.Catalogue;
import dev.sallyport.controls.Catalogues;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Finding.Weight;
import dev.sallyport.risk.Policy;
import dev.sallyport.risk.Thresholds;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the documents that a safety team edits: policy, thresholds, register of risks, catalogues
 * of controls; each for itself, and what they say of one another and of the shipped catalogues.
 * Reports all that it finds. What the gate's own readers refuse is always an error here, and what
 * they take never is (but for references between documents, which the gate does not know).
 */
public final class RiskLint {
  /** What a document is, told from its members. */
  public enum Kind {
    POLICY,
    THRESHOLDS,
    REGISTER,
    CATALOGUE
  }

  private static final Pattern TIER = Pattern.compile("tier (\\w+) at (\\w+) allows more .*");

  private final LocalDate today;
  private final List<LintFile> files = new ArrayList<>();
  private final List<LintNode> thresholds = new ArrayList<>();
  private final List<LintNode> policies = new ArrayList<>();
  private final List<RegisterLint> registers = new ArrayList<>();
  private final List<LintNode> own = new ArrayList<>();
  private Catalogues catalogues = Catalogues.shipped();

  /**
   * Starts a check.
   *
   * @param today by which reviews are due
   */
  public RiskLint(LocalDate today) {
    this.today = today;
  }

  /** Adds a document under the name that findings are to have. */
  public RiskLint add(String name, byte[] bytes) throws BadInput {
    LintFile file = LintFile.of(name, bytes);
    files.add(file);
    Optional<Json.Obj> content = file.content();
    if (content.isPresent()) {
      Optional<Kind> kind = kind(content.get());
      if (kind.isEmpty()) {
        file.add(
            "",
            Weight.ERROR,
            "kind",
            "neither zones, areas, risks nor a standard are in it",
            "a policy, thresholds, a register or a catalogue");
      } else {
        check(kind.get(), file, content.get(), new LintNode(file, "", content.get()));
      }
    }
    return this;
  }

  /** What the document is; empty if it is none of the four. */
  public static Optional<Kind> kind(Json.Obj document) {
    if (document.find("zones").isPresent()) {
      return Optional.of(Kind.POLICY);
    }
    if (document.find("risks").isPresent()) {
      return Optional.of(Kind.REGISTER);
    }
    if (document.find("standard").isPresent()) {
      return Optional.of(Kind.CATALOGUE);
    }
    return document.find("areas").isPresent() ? Optional.of(Kind.THRESHOLDS) : Optional.empty();
  }

  /** The shipped catalogues and those that were added and are good. */
  public Catalogues catalogues() {
    return catalogues;
  }

  /** Everything, in the order of the files and of their lines. */
  public List<Finding> findings() {
    if (!registers.isEmpty()) {
      CrossReferences.check(registers, thresholds);
    }
    CatalogueReferences references = new CatalogueReferences(catalogues);
    policies.forEach(references::policy);
    registers.forEach(references::register);
    own.forEach(catalogue -> CatalogueLint.shown(catalogue, catalogues));
    List<Finding> all = new ArrayList<>();
    for (LintFile file : files) {
      List<Finding> found = new ArrayList<>(file.findings());
      found.sort(
          java.util.Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column));
      all.addAll(new java.util.LinkedHashSet<>(found));
    }
    return all;
  }

  private void check(Kind kind, LintFile file, Json.Obj content, LintNode root) throws BadInput {
    switch (kind) {
      case POLICY -> {
        PolicyLint.check(root);
        judge(file, content, Policy::read);
        policies.add(root);
      }
      case THRESHOLDS -> {
        ThresholdsLint.check(root);
        judge(file, content, Thresholds::read);
        thresholds.add(root);
      }
      case REGISTER -> registers.add(RegisterLint.check(root, today));
      case CATALOGUE -> {
        CatalogueLint.check(root);
        judge(file, content, Catalogue::read);
        own.add(root);
        addCatalogue(file, content, root);
      }
    }
  }

  private void addCatalogue(LintFile file, Json.Obj content, LintNode root) throws BadInput {
    // One with errors was refused by its reader above; its findings are enough.
    if (!file.hasErrors() && CatalogueLint.isNew(root, catalogues)) {
      catalogues = catalogues.with(Catalogue.read(content));
    }
  }

  private interface Reader {
    Object read(Json.Obj document) throws BadInput;
  }

  /** INVARIANT: errors are found exactly where the gate's reader refuses. */
  private static void judge(LintFile file, Json.Obj content, Reader reader) {
    try {
      reader.read(content);
      file.dropErrors();
    } catch (BadInput e) {
      if (!file.hasErrors()) {
        String why = String.valueOf(e.getMessage());
        file.add(pointer(content, why), Weight.ERROR, "refused", why, "the gate takes it");
      }
    }
  }

  /** Where a tier is that the reader names; else the whole document. */
  private static String pointer(Json.Obj content, String why) {
    Matcher tier = TIER.matcher(why);
    if (!tier.matches()) {
      return "";
    }
    String ofZone = "/zones/" + tier.group(2) + "/tiers/" + tier.group(1);
    Json at = content;
    for (String name : ofZone.substring(1).split("/", -1)) {
      at = at instanceof Json.Obj o ? o.find(name).orElse(new Json.Null()) : new Json.Null();
    }
    return at instanceof Json.Obj ? ofZone : "/tiers/" + tier.group(1);
  }
}
