package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Locale;

/**
 * What a person may sign. The three administrators are disjoint sets of people, as GB/T 22239-2019
 * Level 3 asks of the security management centre; a person has exactly one role.
 */
public enum Role {
  /** Runs the installation: seals, requests releases, adds users of the API. */
  SYSTEM_ADMIN,
  /** Approves releases and policy. */
  SECURITY_ADMIN,
  /** Reads and verifies the log; approves too, and may stop anything. */
  AUDIT_ADMIN,
  /** Vouches for evaluation results and for controls. */
  ASSESSOR;

  /** The name on command lines and in files: {@code system-admin}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Reads a {@link #label}. */
  public static Role parse(String label) throws BadInput {
    for (Role role : values()) {
      if (role.label().equals(label)) {
        return role;
      }
    }
    throw new BadInput("role \"" + Json.clip(label) + "\" is not known");
  }
}
