package dev.sallyport.custodytpm;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.custody.KeyFile;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A root key in two shares: one sealed by the TPM to PCRs, in a file; one in the TPM's own memory.
 * Their exclusive or is the key; each alone says nothing about it. {@link #destroy} deletes the
 * share in the TPM, so that a kept copy of the file is worth nothing.
 *
 * <p>The open key lies in this process, as {@link RootKey} has it. Safe for several threads.
 */
public final class TpmKey implements KeyProvider {
  private final RootKey key;

  private TpmKey(RootKey key) {
    this.key = key;
  }

  /**
   * Makes a root key, sealed to the PCRs as they are now, and writes its file, a new one.
   *
   * @throws KeyUnavailable if the TPM is gone or refuses; then no file is left
   */
  public static TpmKey create(Path device, Path path, Pcrs pcrs) throws IOException {
    return create(device, Optional.empty(), path, pcrs);
  }

  /**
   * As {@link #create}, and the TPM must be the one of another root key's file.
   *
   * @throws BadInput if that file is damaged
   */
  public static TpmKey createAfter(Path former, Path device, Path path, Pcrs pcrs)
      throws IOException, BadInput {
    try (TpmKeyFile known = TpmKeyFile.read(former)) {
      return create(device, known.storageKey(), path, pcrs);
    }
  }

  private static TpmKey create(Path device, Optional<Digest> known, Path path, Pcrs pcrs)
      throws IOException {
    try (Secret sealed = Secret.random();
        Secret share = Secret.random();
        TpmKeyFile file = in(device, known, pcrs, tpm -> seal(tpm, sealed, pcrs))) {
      file.write(path);
      try {
        return of(
            device, path, file, in(device, file.storageKey(), pcrs, tpm -> kept(tpm, file, share)));
      } catch (KeyUnavailable e) {
        KeyFile.remove(path);
        throw e;
      }
    }
  }

  private static TpmKeyFile seal(Shares tpm, Secret sealed, Pcrs pcrs) throws IOException {
    Secret auth = Secret.random();
    try {
      return TpmKeyFile.of(pcrs, tpm.storageKey(), auth, tpm.seal(sealed, auth, pcrs));
    } catch (IOException e) {
      auth.close();
      throw e;
    }
  }

  private static Secret kept(Shares tpm, TpmKeyFile file, Secret share) throws IOException {
    tpm.define(file);
    try {
      tpm.write(file, share);
      // What could not be opened again must wrap nothing.
      return root(tpm, file);
    } catch (IOException e) {
      tpm.discard(file, e);
      throw e;
    }
  }

  /**
   * Opens the root key of a file.
   *
   * @throws BadInput with one message for every damage of the file
   * @throws KeyUnavailable if the TPM is gone, is another one, or the PCRs are not as they were
   */
  public static TpmKey open(Path device, Path path) throws IOException, BadInput {
    try (TpmKeyFile file = TpmKeyFile.read(path)) {
      Secret root = in(device, file.storageKey(), file.pcrs(), tpm -> root(tpm, file));
      return of(device, path, file, root);
    }
  }

  /**
   * Destroys the root key of a file without opening it: the machine's state need not fit.
   *
   * @throws KeyUnavailable if it may still exist
   */
  public static void destroy(Path device, Path path) throws IOException, BadInput {
    try (TpmKeyFile file = TpmKeyFile.read(path)) {
      erase(device, path, file);
    }
  }

  private static TpmKey of(Path device, Path path, TpmKeyFile file, Secret root) {
    return new TpmKey(RootKey.of(root, () -> erase(device, path, file)));
  }

  private static Secret root(Shares tpm, TpmKeyFile file) throws IOException {
    try (Secret share = tpm.read(file);
        Secret sealed = tpm.unseal(file)) {
      return share.use(a -> sealed.use(b -> exclusiveOr(a, b)));
    }
  }

  private static Secret exclusiveOr(byte[] a, byte[] b) {
    return Secret.filled(
        Secret.KEY_LENGTH,
        out -> {
          for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (a[i] ^ b[i]);
          }
        });
  }

  /** The share first: after it, the file is worth nothing. */
  private static void erase(Path device, Path path, TpmKeyFile file) throws KeyUnavailable {
    try {
      Shares.in(device, file.storageKey(), tpm -> forgotten(tpm, file));
      KeyFile.remove(path);
    } catch (IOException e) {
      throw new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE,
          "the root key's share in the TPM, or its file, could not be deleted; it may still exist",
          e);
    }
  }

  private static boolean forgotten(Shares tpm, TpmKeyFile file) throws IOException {
    try {
      tpm.forget(file);
    } catch (Shares.Gone gone) {
      return false; // an earlier try got this far
    }
    return true;
  }

  private static <T> T in(Path device, Optional<Digest> storageKey, Pcrs pcrs, Shares.Work<T> work)
      throws KeyUnavailable {
    try {
      return Shares.in(device, storageKey, work);
    } catch (IOException e) {
      throw unavailable(e, pcrs);
    }
  }

  private static KeyUnavailable unavailable(IOException e, Pcrs pcrs) {
    if (e instanceof Shares.Gone) {
      return new KeyUnavailable(
          KeyUnavailable.Reason.KEY, "the root key's share in the TPM is gone", e);
    }
    if (!(e instanceof TpmRefusal refusal)) {
      return unusable(e.getMessage(), e);
    }
    if (refusal.is(TpmRefusal.POLICY_FAIL) || refusal.is(TpmRefusal.PCR_CHANGED)) {
      return new KeyUnavailable(
          KeyUnavailable.Reason.PLATFORM,
          "the machine's measured state (PCR " + pcrs + ") is not the one the key was sealed to",
          e);
    }
    if (refusal.is(TpmRefusal.LOCKOUT)) {
      return new KeyUnavailable(
          KeyUnavailable.Reason.PIN, "the TPM is in lockout after failed authorizations", e);
    }
    if (refusal.is(TpmRefusal.INTEGRITY)) {
      // Not KEY: the key may live on in the TPM that this one replaced.
      return new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE,
          "this TPM did not seal the root key's file: it is another one, or was cleared",
          e);
    }
    if (refusal.is(TpmRefusal.AUTH_FAIL) || refusal.is(TpmRefusal.BAD_AUTH)) {
      return unusable(
          "it takes no command as sent: owner authorization is set, the share's index was changed,"
              + " or the bus alters commands",
          e);
    }
    return unusable(e.getMessage(), e);
  }

  private static KeyUnavailable unusable(@Nullable String why, IOException e) {
    return new KeyUnavailable(KeyUnavailable.Reason.DEVICE, "the TPM cannot be used: " + why, e);
  }

  @Override
  public String keyId() {
    return key.keyId();
  }

  @Override
  public byte[] wrap(Secret data, byte[] associatedData) {
    return key.wrap(data, associatedData);
  }

  @Override
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput {
    return key.unwrap(wrapped, associatedData);
  }

  @Override
  public void destroy() throws KeyUnavailable {
    key.destroy();
  }

  @Override
  public void close() {
    key.close();
  }

  @Override
  public String toString() {
    return "TpmKey[id=" + keyId() + "]";
  }
}
