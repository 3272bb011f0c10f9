package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RootKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The root keys of this installation and the list of them in {@code state/roots}. A new key is in
 * the list before it wraps; one to be destroyed is marked in the list before it is touched, and
 * leaves it afterwards. So after a crash at any instant every wrapped key still opens, or its root
 * key is one that was ordered destroyed, and the next start finishes that.
 *
 * <p>Changes come one at a time; the ring is thread-safe. Owned by {@link Main}.
 */
final class RootKeys implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("keyd");

  private final Path directory;
  private final StateFile file;
  private final Credentials credentials;
  private final KeyRing ring = new KeyRing();
  private List<Entry> entries = List.of();
  private Optional<String> current = Optional.empty();

  /** One line of the list. */
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

  private RootKeys(Home home, Credentials credentials) {
    this.directory = home.directory();
    this.file = home.roots();
    this.credentials = credentials;
  }

  /** Makes the first root key. */
  static void create(Home home, RootKind kind, Credentials credentials, Instant now)
      throws IOException, BadInput {
    RootKeys keys = new RootKeys(home, credentials);
    try (KeyProvider made = kind.create(home.directory(), credentials)) {
      keys.keep(List.of(new Entry(made.keyId(), kind, now, false)), Optional.of(made.keyId()));
    }
  }

  /** Opens all keys of the list; finishes a destruction that was begun. */
  static RootKeys open(Home home, Credentials credentials) throws IOException, BadInput {
    RootKeys keys = new RootKeys(home, credentials);
    try {
      keys.load(home);
      return keys;
    } catch (IOException | BadInput | RuntimeException e) {
      keys.close();
      throw e;
    }
  }

  private void load(Home home) throws IOException, BadInput {
    if (!file.exists() && Files.exists(home.rootKey())) {
      adopt(home.rootKey());
    }
    Json.Obj json = file.load();
    entries = new ArrayList<>();
    for (Json.Obj entry : json.objects("keys")) {
      entries.add(Entry.read(entry));
    }
    current = json.findString("current");
    for (Entry entry : List.copyOf(entries)) {
      if (entry.doomed()) {
        finish(entry);
      } else {
        ring.add(opened(entry));
      }
    }
    current.ifPresent(ring::wrapUnder);
  }

  /** An installation from before there was a list. */
  private void adopt(Path old) throws IOException, BadInput {
    try (RootKey key = RootKind.openFile(old, credentials)) {
      Instant since = Files.getLastModifiedTime(old).toInstant();
      Entry entry =
          new Entry(
              key.keyId(), new RootKind.File(String.valueOf(old.getFileName())), since, false);
      keep(List.of(entry), Optional.of(key.keyId()));
    }
  }

  private KeyProvider opened(Entry entry) throws IOException, BadInput {
    KeyProvider key = entry.kind().open(directory, entry.id(), credentials);
    if (!key.keyId().equals(entry.id())) {
      key.close();
      throw new BadInput("root key " + key.keyId() + " is where " + entry.id() + " should be");
    }
    return key;
  }

  /** Destroys what was to be destroyed when keyd ended, unless that was done already. */
  private void finish(Entry entry) throws IOException, BadInput {
    if (!entry.kind().gone(directory)) {
      try (KeyProvider key = opened(entry)) {
        key.destroy();
      } catch (KeyUnavailable e) {
        if (e.reason() != KeyUnavailable.Reason.KEY) {
          throw e;
        }
        LOG.log(System.Logger.Level.INFO, "root key {0} is gone already", entry.id());
      }
    }
    forget(entry.id());
  }

  KeyRing ring() {
    return ring;
  }

  /** The list, oldest first. */
  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Makes another root key of the same kind, which wraps from now on. */
  synchronized Entry rotate(Instant now) throws IOException, BadInput {
    RootKind kind = entries.getLast().kind().next();
    KeyProvider made = kind.create(directory, credentials);
    Entry entry = new Entry(made.keyId(), kind, now, false);
    List<Entry> more = new ArrayList<>(entries);
    more.add(entry);
    try {
      keep(more, Optional.of(entry.id()));
    } catch (IOException e) {
      made.close();
      throw e;
    }
    ring.add(made);
    ring.wrapUnder(entry.id());
    return entry;
  }

  /** Destroys a root key for ever. */
  synchronized void destroy(String id) throws IOException {
    List<Entry> marked =
        entries.stream()
            .map(e -> e.id().equals(id) ? new Entry(id, e.kind(), e.since(), true) : e)
            .toList();
    keep(marked, current.filter(c -> !c.equals(id)));
    ring.destroy(id);
    if (entries.size() > 1) {
      forget(id);
    }
  }

  /** The last entry stays, doomed, so that another key of its kind can be made. */
  private void forget(String id) throws IOException {
    List<Entry> rest = entries.stream().filter(e -> !e.id().equals(id)).toList();
    if (!rest.isEmpty()) {
      keep(rest, current);
    }
  }

  private void keep(List<Entry> next, Optional<String> wraps) throws IOException {
    Json.Builder json = Json.obj().put("keys", Json.arr(next.stream().map(Entry::toJson).toList()));
    wraps.ifPresent(id -> json.put("current", id));
    file.store(json.build());
    entries = next;
    current = wraps;
  }

  @Override
  public void close() {
    ring.close();
  }
}
