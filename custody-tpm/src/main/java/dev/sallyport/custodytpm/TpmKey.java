package dev.sallyport.custodytpm;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.custody.KeyFile;
import dev.sallyport.custody.KeyProvider;
import dev.sallyport.custody.KeyUnavailable;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A root key in two shares: one sealed by the TPM to PCRs, in a file; one in the TPM's own memory.
 * Their exclusive or is the key; each alone says nothing about it. {@link #destroy} deletes the
 * share in the TPM, so that a kept copy of the file is worth nothing.
 *
 * <p>The open key lies in this process, as {@link RootKey} has it. Safe for several threads.
 */
public final class TpmKey implements KeyProvider {
  private static final byte[] LABEL =
      "sallyport tpm root key v1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST = 32;

  /** Start and mask of the NV indices that belong to the owner's applications. */
  private static final int NV_FIRST = 0x01800000;

  private static final int NV_MASK = 0x003FFFFF;

  private final RootKey key;

  private TpmKey(RootKey key) {
    this.key = key;
  }

  private record Rest(Pcrs pcrs, int index, Tpm.Blob blob) {}

  /**
   * Makes a root key, sealed to the PCRs as they are now, and writes its file, a new one.
   *
   * @throws KeyUnavailable if the TPM is gone or refuses; then no file is left
   */
  public static TpmKey create(Path device, Path file, Pcrs pcrs) throws IOException {
    byte[] sealed = new byte[Secret.KEY_LENGTH];
    byte[] share = new byte[Secret.KEY_LENGTH];
    SecureRandom random = new SecureRandom();
    random.nextBytes(sealed);
    random.nextBytes(share);
    int index = NV_FIRST | (random.nextInt() & NV_MASK);
    try {
      Rest rest = new Rest(pcrs, index, seal(device, sealed, pcrs));
      write(file, rest);
      try {
        keepShare(device, index, share, pcrs);
      } catch (KeyUnavailable e) {
        KeyFile.remove(file);
        throw e;
      }
      return of(device, file, rest, sealed, share);
    } finally {
      Arrays.fill(sealed, (byte) 0);
      Arrays.fill(share, (byte) 0);
    }
  }

  private static Tpm.Blob seal(Path device, byte[] sealed, Pcrs pcrs) throws KeyUnavailable {
    try (Tpm tpm = Tpm.open(device);
        Tpm.Handle primary = tpm.primary()) {
      return tpm.seal(primary, sealed, tpm.policy(pcrs));
    } catch (IOException e) {
      throw unavailable(e, pcrs);
    }
  }

  private static void keepShare(Path device, int index, byte[] share, Pcrs pcrs)
      throws KeyUnavailable {
    try (Tpm tpm = Tpm.open(device)) {
      tpm.defineShare(index);
      try {
        tpm.writeShare(index, share);
      } catch (IOException e) {
        try {
          tpm.undefineShare(index);
        } catch (IOException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
    } catch (IOException e) {
      throw unavailable(e, pcrs);
    }
  }

  /**
   * Opens the root key of a file.
   *
   * @throws BadInput with one message for every damage of the file
   * @throws KeyUnavailable if the TPM is gone, is another one, or the PCRs are not as they were
   */
  public static TpmKey open(Path device, Path file) throws IOException, BadInput {
    Rest rest = read(file);
    byte[] sealed = {};
    byte[] share = {};
    try (Tpm tpm = Tpm.open(device);
        Tpm.Handle primary = tpm.primary();
        Tpm.Handle item = tpm.load(primary, rest.blob())) {
      share = tpm.readShare(rest.index(), Secret.KEY_LENGTH);
      sealed = tpm.unseal(item, rest.pcrs());
      if (sealed.length != Secret.KEY_LENGTH || share.length != Secret.KEY_LENGTH) {
        throw new IOException("the TPM's shares are not of 32 bytes");
      }
      return of(device, file, rest, sealed, share);
    } catch (IOException e) {
      throw unavailable(e, rest.pcrs());
    } finally {
      Arrays.fill(sealed, (byte) 0);
      Arrays.fill(share, (byte) 0);
    }
  }

  /**
   * Destroys the root key of a file without opening it: the machine's state need not fit.
   *
   * @throws KeyUnavailable if it may still exist
   */
  public static void destroy(Path device, Path file) throws IOException, BadInput {
    erase(device, file, read(file));
  }

  private static TpmKey of(Path device, Path file, Rest rest, byte[] sealed, byte[] share) {
    Secret root =
        Secret.filled(
            Secret.KEY_LENGTH,
            out -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = (byte) (sealed[i] ^ share[i]);
              }
            });
    return new TpmKey(RootKey.of(root, () -> erase(device, file, rest)));
  }

  /** The share first: after it, the file is worth nothing. */
  private static void erase(Path device, Path file, Rest rest) throws KeyUnavailable {
    try (Tpm tpm = Tpm.open(device)) {
      try {
        tpm.undefineShare(rest.index());
      } catch (TpmRefusal e) {
        if (!e.is(TpmRefusal.HANDLE)) {
          throw e;
        }
        // An earlier try got this far, or this is another TPM: that one would not load the blob.
        try (Tpm.Handle primary = tpm.primary()) {
          tpm.load(primary, rest.blob()).close();
        }
      }
      KeyFile.remove(file);
    } catch (IOException e) {
      throw new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE,
          "the root key's share in the TPM, or its file, could not be deleted; it may still exist",
          e);
    }
  }

  private static KeyUnavailable unavailable(IOException e, Pcrs pcrs) {
    if (!(e instanceof TpmRefusal refusal)) {
      return unusable(e);
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
    if (refusal.is(TpmRefusal.HANDLE) || refusal.is(TpmRefusal.NV_UNINITIALIZED)) {
      return new KeyUnavailable(
          KeyUnavailable.Reason.KEY, "the root key's share in the TPM is gone", e);
    }
    return unusable(e);
  }

  private static KeyUnavailable unusable(IOException e) {
    return new KeyUnavailable(
        KeyUnavailable.Reason.DEVICE, "the TPM cannot be used: " + e.getMessage(), e);
  }

  private static void write(Path file, Rest rest) throws IOException {
    byte[] body =
        TpmBuffer.empty()
            .raw(LABEL)
            .raw(rest.pcrs().select())
            .u32(rest.index())
            .sized(rest.blob().privatePart())
            .sized(rest.blob().publicPart())
            .written();
    ByteBuffer whole = ByteBuffer.allocate(body.length + DIGEST).put(body);
    whole.put(Digest.of(body).bytes());
    KeyFile.write(file, whole.array());
  }

  private static Rest read(Path file) throws IOException, BadInput {
    byte[] whole = KeyFile.content(file);
    int end = whole.length - DIGEST;
    try {
      if (end < LABEL.length
          || !Arrays.equals(whole, 0, LABEL.length, LABEL, 0, LABEL.length)
          || !Arrays.equals(
              Digest.of(Arrays.copyOf(whole, end)).bytes(),
              Arrays.copyOfRange(whole, end, whole.length))) {
        throw new IOException("label or digest differs");
      }
      TpmBuffer in = TpmBuffer.of(Arrays.copyOfRange(whole, LABEL.length, end));
      Pcrs pcrs = Pcrs.selected(in.raw(Pcrs.BYTES));
      Rest rest = new Rest(pcrs, in.u32(), new Tpm.Blob(in.sized(), in.sized()));
      if (in.remaining() != 0 || (rest.index() & ~NV_MASK) != NV_FIRST) {
        throw new IOException("index or length differs");
      }
      return rest;
    } catch (IOException | BadInput e) {
      throw new BadInput(file.getFileName() + " is damaged or no TPM root key file", e);
    }
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
