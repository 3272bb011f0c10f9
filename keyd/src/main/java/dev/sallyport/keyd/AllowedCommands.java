package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Signed;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The commands that may hold plaintext weights besides the embedded one (spec/key-release.md §4.1),
 * signed by two security administrators: a server that may choose the command could choose one that
 * answers a prompt with the weights.
 */
record AllowedCommands(long version, Set<Digest> commands) {
  static final String PREDICATE_TYPE = Statement.OWN + "commands/v1";

  private static final Digest EMBEDDED = LeaseRequest.embeddedDigest();

  /** Before any such document: only the embedded command. */
  static final AllowedCommands NONE = new AllowedCommands(0, Set.of());

  AllowedCommands {
    commands = Set.copyOf(commands);
  }

  static AllowedCommands parse(Signed signed) throws BadInput {
    TrustRoot.requireType(signed.statement(), PREDICATE_TYPE);
    long admins =
        signed.signers().stream()
            .filter(p -> p.role() == Role.SECURITY_ADMIN)
            .map(Person::name)
            .distinct()
            .count();
    if (admins < 2) {
      throw new BadInput("signed by " + admins + " security administrators; 2 are needed");
    }
    Json.Obj json = signed.statement().predicate().only("version", "commands");
    Set<Digest> digests = new HashSet<>();
    for (Json.Obj item : json.objects("commands")) {
      digests.add(digest(item));
    }
    return new AllowedCommands(json.integer("version"), digests);
  }

  /** What is written beside a digest, for people to sign, must be what it is of. */
  private static Digest digest(Json.Obj item) throws BadInput {
    item.only("digest", "note", "command", "binds", "contents", "profile");
    Digest listed = item.digest("digest");
    if (item.find("command").isEmpty()) {
      return listed;
    }
    Map<String, Digest> contents = new HashMap<>();
    Json.Obj files = item.object("contents");
    for (String path : files.members().keySet()) {
      contents.put(path, files.digest(path));
    }
    // What the profile gives is for the keeper to enforce; here it is part of what was signed.
    Optional<Digest> profile =
        item.find("profile").isPresent()
            ? Optional.of(item.object("profile").digest())
            : Optional.empty();
    Digest made =
        LeaseRequest.commandDigest(
            item.strings("command"), item.strings("binds"), contents, profile);
    if (!made.equals(listed)) {
      throw new BadInput("command " + listed.brief() + " is written beside " + made.brief());
    }
    return listed;
  }

  boolean allows(Digest command) {
    return command.equals(EMBEDDED) || commands.contains(command);
  }
}
