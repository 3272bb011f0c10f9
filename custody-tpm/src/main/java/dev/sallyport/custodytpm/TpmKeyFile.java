package dev.sallyport.custodytpm;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.custody.KeyFile;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a root key in a TPM leaves on disk (spec/sealed-weights.md §3): where its shares are, by
 * which storage key the TPM is known, and a value without which the TPM hands out neither share.
 * Version 1 has neither of the last two; it is read, and never written.
 */
final class TpmKeyFile implements AutoCloseable {
  private static final byte[] V1 = label(1);
  private static final byte[] V2 = label(2);

  /** Start and mask of the NV indices that belong to the owner's applications. */
  private static final int NV_FIRST = 0x01800000;

  private static final int NV_MASK = 0x003FFFFF;

  private final Pcrs pcrs;
  private final int index;
  private final Optional<Digest> storageKey;
  private final Optional<Secret> auth;
  private final Tpm.Blob blob;

  private TpmKeyFile(
      Pcrs pcrs, int index, Optional<Digest> storageKey, Optional<Secret> auth, Tpm.Blob blob) {
    this.pcrs = pcrs;
    this.index = index;
    this.storageKey = storageKey;
    this.auth = auth;
    this.blob = blob;
  }

  /** Takes over {@code auth}; chooses an NV index. */
  static TpmKeyFile of(Pcrs pcrs, Digest storageKey, Secret auth, Tpm.Blob blob) {
    int index = NV_FIRST | (new SecureRandom().nextInt() & NV_MASK);
    return new TpmKeyFile(pcrs, index, Optional.of(storageKey), Optional.of(auth), blob);
  }

  Pcrs pcrs() {
    return pcrs;
  }

  int index() {
    return index;
  }

  /** The name of the storage key when the root key was made. */
  Optional<Digest> storageKey() {
    return storageKey;
  }

  /** The authorization value of both shares. */
  Optional<Secret> auth() {
    return auth;
  }

  Tpm.Blob blob() {
    return blob;
  }

  /** Writes a new file. */
  void write(Path file) throws IOException {
    TpmBuffer body =
        TpmBuffer.empty()
            .raw(V2)
            .raw(pcrs.select())
            .u32(index)
            .raw(storageKey.orElseThrow().bytes());
    auth.orElseThrow().use(body::raw);
    byte[] written = body.sized(blob.privatePart()).sized(blob.publicPart()).written();
    ByteBuffer whole = ByteBuffer.allocate(written.length + Digest.LENGTH).put(written);
    whole.put(Digest.of(written).bytes());
    try {
      KeyFile.write(file, whole.array());
    } finally {
      body.wipe();
      Arrays.fill(written, (byte) 0);
      Arrays.fill(whole.array(), (byte) 0);
    }
  }

  /**
   * Reads a file.
   *
   * @throws BadInput with one message for every damage
   */
  static TpmKeyFile read(Path file) throws IOException, BadInput {
    byte[] whole = KeyFile.content(file);
    int end = whole.length - Digest.LENGTH;
    byte[] body = Arrays.copyOf(whole, Math.max(end, 0));
    try {
      if (end < V1.length
          || !Digest.of(body)
              .equals(Digest.fromBytes(Arrays.copyOfRange(whole, end, whole.length)))) {
        throw new IOException("length or digest differs");
      }
      TpmBuffer in = TpmBuffer.of(body);
      byte[] label = in.raw(V1.length);
      if (!Arrays.equals(label, V1) && !Arrays.equals(label, V2)) {
        throw new IOException("label differs");
      }
      return parse(in, Arrays.equals(label, V2));
    } catch (IOException | BadInput e) {
      throw new BadInput(file.getFileName() + " is damaged or no TPM root key file", e);
    } finally {
      Arrays.fill(whole, (byte) 0);
      Arrays.fill(body, (byte) 0);
    }
  }

  private static TpmKeyFile parse(TpmBuffer in, boolean pinned) throws IOException, BadInput {
    Pcrs pcrs = Pcrs.selected(in.raw(Pcrs.BYTES));
    int index = in.u32();
    Optional<Digest> storageKey =
        pinned ? Optional.of(Digest.fromBytes(in.raw(Digest.LENGTH))) : Optional.empty();
    byte[] auth = pinned ? in.raw(Secret.KEY_LENGTH) : new byte[0];
    Tpm.Blob blob = new Tpm.Blob(in.sized(), in.sized());
    if (in.remaining() != 0 || (index & ~NV_MASK) != NV_FIRST) {
      throw new IOException("index or length differs");
    }
    return new TpmKeyFile(
        pcrs, index, storageKey, pinned ? Optional.of(Secret.take(auth)) : Optional.empty(), blob);
  }

  private static byte[] label(int version) {
    return ("sallyport tpm root key v" + version + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    auth.ifPresent(Secret::close);
  }
}
