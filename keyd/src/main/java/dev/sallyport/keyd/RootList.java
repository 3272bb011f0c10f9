package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What {@code state/roots} says (spec/key-release.md §3.1). Immutable.
 *
 * @param entries oldest first
 * @param current the key that wraps
 * @param last what held the key that wrapped last: the meaning of "the same kind" if there is none
 */
record RootList(List<Entry> entries, Optional<String> current, RootKind last) {
  RootList {
    entries = List.copyOf(entries);
  }

  /** A key; {@code doomed} if it is to be destroyed. */
  record Entry(String id, RootKind kind, Instant since, boolean doomed) {
    Json toJson() {
      Json.Builder json = Json.obj().put("id", id).put("since", since).put("doomed", doomed);
      kind.put(json);
      return json.build();
    }

    static Entry read(Json.Obj json) throws BadInput {
      return new Entry(
          json.string("id"), RootKind.read(json), json.instant("since"), json.bool("doomed"));
    }
  }

  /** Of one key, which wraps. */
  static RootList of(Entry first) {
    return new RootList(List.of(first), Optional.of(first.id()), first.kind());
  }

  /** The key that wraps. */
  Optional<Entry> inForce() {
    return entries.stream().filter(e -> current.equals(Optional.of(e.id()))).findFirst();
  }

  /** The same with another key, which wraps from now on. */
  RootList with(Entry made) {
    return new RootList(
        Stream.concat(entries.stream(), Stream.of(made)).toList(),
        Optional.of(made.id()),
        made.kind());
  }

  /** The same with a key marked, which does not wrap any more. */
  RootList doomed(String id) {
    UnaryOperator<Entry> mark =
        e -> e.id().equals(id) ? new Entry(id, e.kind(), e.since(), true) : e;
    return new RootList(
        entries.stream().map(mark).toList(), current.filter(c -> !c.equals(id)), last);
  }

  RootList without(String id) {
    return new RootList(
        entries.stream().filter(e -> !e.id().equals(id)).toList(),
        current.filter(c -> !c.equals(id)),
        last);
  }

  Json.Obj toJson() {
    Json.Builder kind = Json.obj();
    last.put(kind);
    Json.Builder json =
        Json.obj()
            .put("keys", Json.arr(entries.stream().map(Entry::toJson).toList()))
            .put("last", kind.build());
    current.ifPresent(id -> json.put("current", id));
    return json.build();
  }
}
