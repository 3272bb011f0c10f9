package dev.sallyport.risk;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;

/** Who must have signed what (spec/evidence.md §§2-7). */
final class Signers {
  private Signers() {}

  /** Fails unless at least two distinct security administrators signed. */
  static void requireTwoSecurityAdmins(Signed signed) throws BadInput {
    long count =
        signed.signers().stream()
            .filter(p -> p.role() == Role.SECURITY_ADMIN)
            .map(Person::name)
            .distinct()
            .count();
    if (count < 2) {
      throw new BadInput("signed by " + count + " security administrators; 2 are needed");
    }
  }

  /** The only signer. */
  static Person one(Signed signed) throws BadInput {
    if (signed.signers().size() != 1) {
      throw new BadInput("signed by " + signed.signers().size() + " people; 1 is needed");
    }
    return signed.signers().getFirst();
  }

  /** Fails unless the person has one of the roles. */
  static Person require(Person person, Role... roles) throws BadInput {
    for (Role role : roles) {
      if (person.role() == role) {
        return person;
      }
    }
    throw new BadInput(
        "signed by " + person.name() + ", " + person.role().label() + ", who may not sign this");
  }

  /** May this person approve and stop: a security or audit administrator. */
  static boolean approves(Person person) {
    return person.role() == Role.SECURITY_ADMIN || person.role() == Role.AUDIT_ADMIN;
  }
}
