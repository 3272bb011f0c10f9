package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyRing;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keyd.RootList.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The root keys of this installation and the list of them in {@code state/roots}: the one place
 * that says what holds each, and which wraps. A new key is in the list before it wraps; one to be
 * destroyed is marked in the list before it is touched, and leaves it afterwards. So after a crash
 * at any instant every wrapped key still opens, or its root key is one that was ordered destroyed,
 * and the next start finishes that. It makes no difference whether two keys are of one kind.
 *
 * <p>Changes come one at a time; the ring is thread-safe. Owned by {@link Main}.
 */
final class RootKeys implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("keyd");

  private final Path directory;
  private final StateFile file;
  private final Credentials credentials;
  private final KeyRing ring = new KeyRing();

  /** Why keys of the list are not in the ring, by id. */
  private final Map<String, String> unreachable = new ConcurrentHashMap<>();

  private volatile RootList list;

  private RootKeys(Home home, Credentials credentials, RootList list) {
    this.directory = home.directory();
    this.file = home.roots();
    this.credentials = credentials;
    this.list = list;
  }

  /** Makes the first root key. */
  static void create(Home home, RootKind kind, Credentials credentials, Instant now)
      throws IOException, BadInput {
    try (KeyProvider made = kind.create(home.directory(), credentials)) {
      home.roots().store(RootList.of(new Entry(made.keyId(), kind, now, false)).toJson());
    }
  }

  /**
   * Opens the key that wraps, and those of the others that can be reached; finishes a destruction
   * that was begun.
   */
  static RootKeys open(Home home, Credentials credentials) throws IOException, BadInput {
    if (!home.roots().exists() && Files.exists(home.rootKey())) {
      adopt(home, credentials);
    }
    RootKeys keys = new RootKeys(home, credentials, read(home, credentials));
    try {
      for (Entry entry : keys.list.entries()) {
        keys.take(entry);
      }
      return keys;
    } catch (IOException | BadInput | RuntimeException e) {
      keys.close();
      throw e;
    }
  }

  /** An installation from before there was a list. */
  private static void adopt(Home home, Credentials credentials) throws IOException, BadInput {
    Path old = home.rootKey();
    try (RootKey key = credentials.byPassphrase(old)) {
      Instant since = Files.getLastModifiedTime(old).toInstant();
      RootKind kind =
          new RootKind.File(String.valueOf(old.getFileName()), RootKey.underPassphrase(old));
      home.roots().store(RootList.of(new Entry(key.keyId(), kind, since, false)).toJson());
    }
  }

  private static RootList read(Home home, Credentials credentials) throws IOException, BadInput {
    Json.Obj json = home.roots().load();
    List<Entry> entries = new ArrayList<>();
    for (Json.Obj entry : json.objects("keys")) {
      entries.add(Entry.read(withPassphrase(entry, home, credentials)));
    }
    return new RootList(
        entries,
        json.findString("current"),
        json.find("last").isPresent()
            ? RootKind.read(json.object("last"))
            : entries.getLast().kind());
  }

  /** A list of before says nothing about passphrases: files had one if keyd was given one. */
  private static Json.Obj withPassphrase(Json.Obj entry, Home home, Credentials credentials)
      throws IOException, BadInput {
    if (!entry.string("provider").equals("file") || entry.find("passphrase").isPresent()) {
      return entry;
    }
    Path key = home.directory().resolve(entry.string("name"));
    boolean under =
        Files.exists(key) ? RootKey.underPassphrase(key) : !credentials.passphraseFiles().isEmpty();
    Json.Builder whole = Json.obj();
    entry.members().forEach(whole::put);
    return whole.put("passphrase", under).build();
  }

  private void take(Entry entry) throws IOException, BadInput {
    if (list.current().equals(Optional.of(entry.id()))) {
      ring.add(opened(entry));
      ring.wrapUnder(entry.id());
    } else {
      reach(entry);
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

  /**
   * Opens an older key, or destroys what was to be destroyed when keyd ended. If its device is away
   * or shut, what it wrapped does not open, and all else goes on: people move a key because its
   * device is to go.
   */
  private void reach(Entry entry) throws IOException {
    try {
      if (!entry.doomed()) {
        ring.add(opened(entry));
        return;
      }
      entry.kind().destroy(directory, entry.id(), credentials);
    } catch (IOException | BadInput e) {
      unreachable.put(entry.id(), String.valueOf(e.getMessage()));
      LOG.log(
          System.Logger.Level.WARNING,
          "root key {0} cannot be reached: {1}",
          entry.id(),
          e.getMessage());
      return;
    }
    keep(list.without(entry.id()));
  }

  KeyRing ring() {
    return ring;
  }

  RootList list() {
    return list;
  }

  /** Why a key of the list opens nothing. */
  Optional<String> unreachable(String id) {
    return Optional.ofNullable(unreachable.get(id));
  }

  /**
   * Makes another root key, which wraps from now on.
   *
   * @param to where; without it, a place of the kind that wrapped last
   */
  synchronized Entry rotate(Optional<RootKind> to, Instant now) throws IOException, BadInput {
    RootKind kind = to.isPresent() ? to.get() : list.last().next();
    Optional<Entry> former = list.inForce();
    KeyProvider made =
        former.isPresent()
            ? former.get().kind().createNext(kind, directory, credentials)
            : kind.create(directory, credentials);
    Entry entry = new Entry(made.keyId(), kind, now, false);
    try {
      keep(list.with(entry));
    } catch (IOException e) {
      discard(made, e);
      throw e;
    }
    ring.add(made);
    ring.wrapUnder(entry.id());
    return entry;
  }

  /**
   * A key that could not be listed wrapped nothing, so it need not fill a token or a TPM. If it is
   * in the list on disk after all, a restart will have it in force: then it stays.
   */
  private void discard(KeyProvider made, IOException why) {
    try (made) {
      if (!Json.toString(file.load()).contains(made.keyId())) {
        made.destroy();
      }
    } catch (IOException | BadInput e) {
      why.addSuppressed(e);
    }
  }

  /**
   * Destroys a root key of the list for ever. From here on it neither wraps nor opens.
   *
   * @throws IOException if it may still exist; every start of keyd tries again
   */
  synchronized void destroy(Entry entry) throws IOException, BadInput {
    keep(list.doomed(entry.id()));
    try {
      if (!ring.destroy(entry.id())) {
        entry.kind().destroy(directory, entry.id(), credentials);
      }
    } catch (IOException | BadInput e) {
      unreachable.put(entry.id(), String.valueOf(e.getMessage()));
      throw e;
    }
    unreachable.remove(entry.id());
    keep(list.without(entry.id()));
  }

  private void keep(RootList next) throws IOException {
    file.store(next.toJson());
    list = next;
  }

  @Override
  public void close() {
    ring.close();
  }
}
