package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.ApprovedOrder;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An unseal order on its way from person to person: a file with an envelope that gains a signature
 * at each. What is shown of it is read from the signed bytes, verified here.
 */
final class OrderFile {
  private static final int MAX_ORDER = 1 << 16;

  private final Path file;
  private final TrustRoot root;
  private final Envelope envelope;
  private final Signed signed;
  private final UnsealOrder order;

  private OrderFile(
      Path file, TrustRoot root, Envelope envelope, Signed signed, UnsealOrder order) {
    this.file = file;
    this.root = root;
    this.envelope = envelope;
    this.signed = signed;
    this.order = order;
  }

  /** Reads an order; every signature on it verifies. */
  static OrderFile read(Path file, TrustRoot root) throws Failure, IOException {
    byte[] bytes = bytes(file);
    try {
      Envelope envelope = Envelope.parse(bytes);
      Signed signed = root.verify(envelope);
      UnsealOrder order = UnsealOrder.parse(signed.statement());
      if (!order.trustRoot().equals(root.id())) {
        throw new BadInput("the order is for another installation");
      }
      return new OrderFile(file, root, envelope, signed, order);
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(Path file) throws Failure, IOException {
    try {
      return Bounded.read(file, MAX_ORDER);
    } catch (BadInput e) {
      throw new Failure(Exit.DATA, file + ": " + e.getMessage(), e);
    }
  }

  /** Writes the first form, with the holder's signature only; never over another file. */
  static void create(Path file, Envelope envelope) throws IOException {
    Files.write(file, line(envelope), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** The same order with this signature on it too, in place of the old file. */
  OrderFile signedBy(SigningKey key) throws Failure, IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, line(envelope.signedBy(key)));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return read(file, root);
  }

  private static byte[] line(Envelope envelope) {
    byte[] json = envelope.toJson().canonical();
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  Envelope envelope() {
    return envelope;
  }

  UnsealOrder order() {
    return order;
  }

  boolean isSignedBy(Person person) {
    return signed.signers().contains(person);
  }

  /** What is still missing before it can be carried out; empty if nothing is. */
  Optional<String> missing() {
    try {
      ApprovedOrder _ = ApprovedOrder.of(signed);
      return Optional.empty();
    } catch (BadInput e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private String holder() {
    return root.personOf(order.holder()).map(Person::name).orElse("nobody of this installation");
  }

  Json.Obj toJson() {
    List<Json> signers = new ArrayList<>();
    for (Person p : signed.signers()) {
      signers.add(Json.obj().put("name", p.name()).put("role", p.role().label()).build());
    }
    Json.Builder json =
        Json.obj()
            .put("order", envelope.id())
            .put("model", order.model())
            .put("version", order.version())
            .put("manifest", order.manifest())
            .put("holder", holder())
            .put("reason", order.reason())
            .put("at", order.at())
            .put("notAfter", order.notAfter())
            .put("signed", Json.arr(signers))
            .put("complete", missing().isEmpty());
    missing().ifPresent(text -> json.put("missing", text));
    return json.build();
  }

  /** Everything that a signature on it stands for. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("order       " + envelope.id());
    lines.add("PLAINTEXT   of " + order.model() + " version " + order.version());
    lines.add("manifest    " + order.manifest());
    lines.add("holder      " + holder());
    lines.add("reason      " + order.reason());
    lines.add("from        " + order.at());
    lines.add("until       " + order.notAfter());
    for (Person p : signed.signers()) {
      lines.add("signed      by " + p.name() + ", " + p.role().label());
    }
    missing().ifPresent(text -> lines.add("missing     " + text));
    return lines;
  }

  /** The person who signs with this key, if they have a say here and have not said it yet. */
  Person approver(SigningKey key) throws Failure {
    Person person =
        root.personOf(key.verifyingKey().id())
            .orElseThrow(() -> new Failure(Exit.REFUSED, "this key is nobody's in the trust root"));
    if (person.role() != Role.SECURITY_ADMIN) {
      throw new Failure(
          Exit.REFUSED,
          person.name() + " is a " + person.role().label() + "; a security-admin approves");
    }
    if (isSignedBy(person)) {
      throw new Failure(Exit.REFUSED, person.name() + " has signed it already");
    }
    return person;
  }
}
