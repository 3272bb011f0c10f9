package dev.sallyport.fuse;

import dev.sallyport.core.BadInput;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelReader;
import dev.sallyport.vault.SealedFile;
import dev.sallyport.vault.SealedModel;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model that somebody has open: one reader for all who have the same. Safe for
 * several threads. Closing wipes the files' keys.
 */
final class Readers implements AutoCloseable {
  private static final class Shared {
    private final ModelReader reader;
    private int users;

    Shared(ModelReader reader) {
      this.reader = reader;
    }
  }

  private final SealedModel model;
  private final ModelKeys keys;
  private final Map<Integer, Shared> open = new HashMap<>();
  private final Set<Integer> cached = ConcurrentHashMap.newKeySet();
  private boolean closed;

  Readers(SealedModel model, ModelKeys keys) {
    this.model = model;
    this.keys = keys;
  }

  /** One more user of this file; its size is verified from here on. */
  synchronized void open(SealedFile file) throws IOException, BadInput {
    if (closed) {
      throw new IOException("the model is closed");
    }
    Shared shared = open.get(file.index());
    if (shared == null) {
      shared = new Shared(model.reader(file, keys));
      open.put(file.index(), shared);
    }
    shared.users++;
  }

  /** The reader of a file that somebody has open. */
  synchronized Optional<ModelReader> of(SealedFile file) {
    @Nullable Shared shared = open.get(file.index());
    return shared == null ? Optional.empty() : Optional.of(shared.reader);
  }

  /** One user less. */
  synchronized void release(SealedFile file) throws IOException {
    Shared shared = open.get(file.index());
    if (shared != null && --shared.users == 0) {
      open.remove(file.index());
      shared.reader.close();
    }
  }

  /**
   * The kernel reads this file for its page cache: it is mapped, or sent. Who opens it from now on
   * reads through the cache too: a map of a file that was opened past it empties the cache first,
   * under all who have mapped it already (ADR 52).
   */
  void fillsCache(SealedFile file) {
    cached.add(file.index());
  }

  /** Whether it ever did. */
  boolean cached(SealedFile file) {
    return cached.contains(file.index());
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    for (Shared shared : open.values()) {
      shared.reader.close();
    }
    open.clear();
  }
}
