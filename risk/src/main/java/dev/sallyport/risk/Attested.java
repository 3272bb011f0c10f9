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

  /** Reads verified evidence; everyone who signed must be an assessor. */
  public static Attested parse(Signed signed) throws BadInput {
    for (Person person : signed.signers()) {
      Signers.require(person, Role.ASSESSOR);
    }
    return new Attested(signed.id(), signed.signers(), Evidence.read(signed.statement()));
  }
}
