package dev.sallyport.it;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A recorded run of the real processes in the terms of spec/release.als: the entries of the log
 * that the model knows, and the leases in keyd's journal. keyd read at least up to the intent of a
 * lease before it gave it; the trace lets it read no further than that.
 */
final class ProtocolTrace {
  /** One entry as the model sees it, such as {@code Approve} with {@code of = r0, by = p1}. */
  private record Step(String sig, String fields) {}

  private final Map<String, String> releases = new LinkedHashMap<>();
  private final Map<String, String> audiences = new LinkedHashMap<>();
  private final Map<String, String> requesters = new LinkedHashMap<>();
  private final Map<String, String> resumed = new LinkedHashMap<>();
  private final Map<String, String> people = new LinkedHashMap<>();
  private final Map<String, String> asked = new LinkedHashMap<>();
  private final Map<String, String> askedOf = new LinkedHashMap<>();
  private final List<Step> entries = new ArrayList<>();
  private final List<String> steps = new ArrayList<>();
  private int read;

  /** Takes in one line of {@code sallyport log show --json}. */
  void entry(Json.Obj entry) throws BadInput {
    Json.Obj data = entry.object("data");
    switch (entry.string("type")) {
      case "release.requested" -> request(data.object("envelope"));
      case "release.approved" -> {
        Json.Obj said = statement(data.object("envelope"));
        String release = release(subject(said));
        add("Approve", "of = " + release + " and by = " + person(data.object("envelope")));
      }
      case "release.activated" -> add("Activate", "of = " + release(data.string("release")));
      case "release.suspended" -> add("Suspend", "of = " + release(data.string("release")));
      case "withdrawn" -> {
        Json.Obj said = statement(data.object("envelope"));
        if (said.objects("subject").getFirst().string("name").equals("release")) {
          add("Stop", "of = " + release(subject(said)));
        }
      }
      case "lease.intended" -> intend(data.object("request"));
      default -> {
        // Documents, evidence and the rest are not in the model.
      }
    }
  }

  private void request(Json.Obj envelope) throws BadInput {
    String id = Digest.of(envelope.base64("payload")).toString();
    releases.put(id, "r" + releases.size());
    Json.Obj predicate = statement(envelope).object("predicate");
    String audience = predicate.string("audience");
    audiences.put(
        release(id),
        switch (audience) {
          case "INTERNAL" -> "Internal";
          case "TRUSTED_PARTNER" -> "Partner";
          default -> "Limited";
        });
    requesters.put(release(id), person(envelope));
    Optional<String> was = predicate.findString("resumes");
    resumed.put(release(id), was.isPresent() ? release(was.get()) : "none");
  }

  private void intend(Json.Obj envelope) throws BadInput {
    String id = Digest.of(envelope.base64("payload")).toString();
    asked.put(id, "a" + asked.size());
    askedOf.put(asked.get(id), release(statement(envelope).object("predicate").string("release")));
    add("Intent", "asked = " + asked.get(id));
  }

  private void add(String sig, String fields) {
    entries.add(new Step(sig, fields));
  }

  /** Takes in one line of keyd's journal, after all entries. */
  void journal(Json.Obj line) throws BadInput {
    if (!line.string("event").equals("lease")) {
      return;
    }
    String name = asked.get(line.object("data").string("request"));
    if (name == null) {
      throw new BadInput("a lease was given for a request that is not in the log");
    }
    lease(name);
  }

  private void lease(String name) {
    readTo(indexOf(new Step("Intent", "asked = " + name)));
    steps.add("lease[" + name + "]");
  }

  private int indexOf(Step step) {
    return entries.indexOf(step);
  }

  private void readTo(int index) {
    for (; read <= index; read++) {
      steps.add("readOne");
    }
  }

  /** The rest of the log is read, too. */
  void end() {
    readTo(entries.size() - 1);
  }

  int leases() {
    return asked.size();
  }

  /** Lets a lease be given again at the very end, after all that the log says. */
  void leaseAtTheEnd() {
    steps.add("lease[a0]");
  }

  /** Moves the first entry of a kind behind all others; then the same is done as before. */
  void moveToTheEnd(String sig) {
    Step found = entries.stream().filter(s -> s.sig().equals(sig)).findFirst().orElseThrow();
    entries.remove(found);
    entries.add(found);
  }

  void remove(String sig) {
    entries.removeIf(s -> s.sig().equals(sig));
    steps.remove("readOne");
  }

  /** The first lease comes before anything of the log was read. */
  void leaseFirst() {
    String lease = steps.stream().filter(s -> s.startsWith("lease")).findFirst().orElseThrow();
    steps.remove(lease);
    steps.addFirst(lease);
  }

  private static Json.Obj statement(Json.Obj envelope) throws BadInput {
    return Json.parseObject(envelope.base64("payload"));
  }

  private static String subject(Json.Obj statement) throws BadInput {
    String hex = statement.objects("subject").getFirst().object("digest").string("sha256");
    return "sha256:" + hex;
  }

  private String release(String id) throws BadInput {
    String name = releases.get(id);
    if (name == null) {
      throw new BadInput("release " + id + " was never requested");
    }
    return name;
  }

  private String person(Json.Obj envelope) throws BadInput {
    String key = envelope.objects("signatures").getFirst().string("keyid");
    return people.computeIfAbsent(key, k -> "p" + people.size());
  }

  /**
   * The model with exactly this run in it; it has an instance only if the model accepts the run.
   */
  String pinned(String model) {
    StringBuilder out = new StringBuilder(model).append('\n');
    people.values().forEach(p -> out.append("one sig ").append(p).append(" extends Person {}\n"));
    releases
        .values()
        .forEach(r ->
            out.append("one sig " + r + " extends Release {} { audience = ")
                .append(audiences.get(r) + " and requester = " + requesters.get(r))
                .append(" and resumes = " + resumed.get(r) + " }\n"));
    asked
        .values()
        .forEach(a ->
            out.append(
                "one sig " + a + " extends Asked {} { release = " + askedOf.get(a) + " }\n"));
    for (int i = 0; i < entries.size(); i++) {
      Step e = entries.get(i);
      out.append("one sig e" + i + " extends " + e.sig() + " {} { " + e.fields() + " }\n");
    }
    out.append("fact { Policy.free = Audience and log/first = e0\n");
    for (int i = 0; i + 1 < entries.size(); i++) {
      out.append("  e" + i + ".(log/next) = e" + (i + 1) + "\n");
    }
    out.append("}\npred recorded { (append and logged' = Entry)");
    String close = "";
    for (String step : steps) {
      out.append(" and after (" + step);
      close += ")";
    }
    out.append(close + " }\nrun recorded for ")
        .append(Math.max(releases.size(), 1) + " Release, " + people.size() + " Person, ")
        .append(asked.size() + " Asked, " + entries.size() + " Entry, ")
        .append("exactly " + (steps.size() + 2) + " steps\n");
    return out.toString();
  }

  /** Reads the lines of a file of JSON objects. */
  static List<Json.Obj> lines(String text) throws BadInput {
    List<Json.Obj> all = new ArrayList<>();
    for (String line : text.lines().toList()) {
      all.add(Json.parseObject(line.getBytes(StandardCharsets.UTF_8)));
    }
    return all;
  }
}
