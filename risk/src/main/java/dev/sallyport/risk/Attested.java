package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import java.util.List;

/**
 * Evidence with the assessors who signed it.
 *
 * @param id of the statement
 */
public record Attested(Digest id, List<Person> assessors, Evidence evidence) {
  public Attested {
    assessors = List.copyOf(assessors);
  }

  /**
   * Reads verified evidence. Who signed an evaluation is an assessor; who signed a control, an
   * assessor or an audit administrator: whose word counts is for the policy to say ({@link
   * ControlRule}).
   */
  public static Attested parse(Signed signed) throws BadInput {
    Evidence evidence = Evidence.read(signed.statement());
    for (Person person : signed.signers()) {
      switch (evidence) {
        case Evaluation e -> Signers.require(person, Role.ASSESSOR);
        case ControlEvidence c -> Signers.require(person, Role.ASSESSOR, Role.AUDIT_ADMIN);
      }
    }
    return new Attested(signed.id(), signed.signers(), evidence);
  }

  /** The manifest or trust root that it is about. */
  Digest subject() {
    return switch (evidence) {
      case Evaluation e -> e.manifest();
      case ControlEvidence c -> c.subjectDigest();
    };
  }

  /** Whether it is about this model, or about the controls of this installation. */
  public boolean concerns(Digest manifest, Digest trustRoot) {
    return switch (evidence) {
      case Evaluation e -> e.manifest().equals(manifest);
      case ControlEvidence c ->
          c.subjectDigest().equals(manifest)
              || (c.subject().equals(ControlEvidence.INSTALLATION)
                  && c.subjectDigest().equals(trustRoot));
    };
  }
}
