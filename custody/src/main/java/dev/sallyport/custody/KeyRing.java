package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Several root keys: the current one wraps, each opens what names it. So a root key can be replaced
 * without a moment in which a model cannot be read (spec/sealed-weights.md §3.1). Owns its keys.
 * Thread-safe.
 */
public final class KeyRing implements AutoCloseable {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<String, KeyProvider> keys = new LinkedHashMap<>();
  private Optional<String> current = Optional.empty();

  /** No key yet. */
  public KeyRing() {}

  /** A ring of one key, which wraps. */
  public static KeyRing of(KeyProvider key) {
    KeyRing ring = new KeyRing();
    ring.add(key);
    ring.wrapUnder(key.keyId());
    return ring;
  }

  /** The id that wrapped bytes name, 16 hex digits; a hint that only opening proves. */
  public static Optional<String> keyIdOf(byte[] wrapped) {
    return wrapped.length < WrappedKey.HEAD
        ? Optional.empty()
        : Optional.of(
            HexFormat.of().formatHex(wrapped, WrappedKey.HEAD - WrappedKey.ID, WrappedKey.HEAD));
  }

  /** Adds a key, which opens but does not wrap. */
  public void add(KeyProvider key) {
    lock.writeLock().lock();
    try {
      if (keys.putIfAbsent(key.keyId(), key) != null) {
        throw new IllegalStateException("internal error: root key " + key.keyId() + " added twice");
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** From now on this one of the keys wraps. */
  public void wrapUnder(String id) {
    lock.writeLock().lock();
    try {
      if (!keys.containsKey(id)) {
        throw new IllegalStateException("internal error: no root key " + id);
      }
      current = Optional.of(id);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Destroys a key for ever; waits for those who use it. It wraps and opens nothing any more,
   * whatever comes of that: what a doomed key still wrapped would be lost with it.
   *
   * @return whether it was here
   */
  public boolean destroy(String id) throws KeyUnavailable {
    lock.writeLock().lock();
    try {
      KeyProvider key = keys.remove(id);
      current = current.filter(c -> !c.equals(id));
      if (key == null) {
        return false;
      }
      try (key) {
        key.destroy();
        return true;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** The key that wraps; empty once it was destroyed. */
  public Optional<String> current() {
    lock.readLock().lock();
    try {
      return current;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** As {@link KeyProvider#wrap}, under the current key. */
  public byte[] wrap(Secret key, byte[] associatedData) throws KeyUnavailable {
    lock.readLock().lock();
    try {
      KeyProvider provider = current.map(keys::get).orElse(null);
      if (provider == null) {
        throw new KeyUnavailable(
            KeyUnavailable.Reason.KEY, "there is no root key; make one by: sallyport keys rotate");
      }
      return provider.wrap(key, associatedData);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** As {@link KeyProvider#unwrap}; a key that is not here looks like altered bytes. */
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput, KeyUnavailable {
    lock.readLock().lock();
    try {
      KeyProvider provider = keyIdOf(wrapped).map(keys::get).orElse(null);
      if (provider == null) {
        throw new BadInput(WrappedKey.DOES_NOT_OPEN);
      }
      return provider.unwrap(wrapped, associatedData);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      keys.values().forEach(KeyProvider::close);
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "KeyRing[current=" + current().orElse("none") + "]";
  }
}
