package dev.sallyport.keys;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.util.List;

/**
 * An unseal order that all have signed who must: the system administrator who will hold the copy,
 * and two security administrators (spec/key-release.md §10). Only {@link #of} makes one.
 */
public final class ApprovedOrder {
  /** Security administrators, besides the holder. */
  public static final int APPROVERS = 2;

  private final Digest id;
  private final UnsealOrder order;
  private final Person holder;

  private ApprovedOrder(Digest id, UnsealOrder order, Person holder) {
    this.id = id;
    this.order = order;
    this.holder = holder;
  }

  /** Fails if a signature is missing, or one is by somebody who has no say. */
  public static ApprovedOrder of(Signed signed) throws BadInput {
    UnsealOrder order = UnsealOrder.parse(signed.statement());
    Person holder = holder(signed, order);
    List<Person> approvers = signed.signers().stream().filter(p -> !p.equals(holder)).toList();
    for (Person p : approvers) {
      if (p.role() != Role.SECURITY_ADMIN) {
        throw new BadInput("signed by " + p.name() + ", " + p.role().label() + ", who has no say");
      }
    }
    // INVARIANT: signers are distinct people with one role each (TrustRoot), so the holder, a
    // system administrator, is none of them and one person counts once.
    if (approvers.size() < APPROVERS) {
      throw new BadInput(
          "signed by "
              + approvers.size()
              + " security administrators; "
              + APPROVERS
              + " are needed");
    }
    return new ApprovedOrder(signed.id(), order, holder);
  }

  private static Person holder(Signed signed, UnsealOrder order) throws BadInput {
    Person holder =
        signed.signers().stream()
            .filter(p -> p.key().id().equals(order.holder()))
            .findFirst()
            .orElseThrow(() -> new BadInput("the holder has not signed"));
    if (holder.role() != Role.SYSTEM_ADMIN) {
      throw new BadInput(
          "holder " + holder.name() + " is a " + holder.role().label() + ", no system-admin");
    }
    return holder;
  }

  /** The digest of the signed payload. */
  public Digest id() {
    return id;
  }

  public UnsealOrder order() {
    return order;
  }

  /** Who gets the copy. */
  public Person holder() {
    return holder;
  }
}
