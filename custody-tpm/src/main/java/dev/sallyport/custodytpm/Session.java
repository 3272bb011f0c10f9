package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * A session that only the TPM which holds the storage key can take part in (TPM 2.0 Library part 1,
 * §19 and §21): salted to that key, with an HMAC over each command and answer, fresh nonces in
 * both, and the first parameter encrypted where a command asks for it. Who taps the bus learns
 * nothing of that parameter; who alters or repeats an answer is refused. A refusal of the TPM
 * carries no HMAC: what it says is hearsay.
 */
final class Session implements AutoCloseable {
  static final int HMAC = 0;
  static final int POLICY = 1;

  /** The command's first parameter is encrypted: the TPM is to decrypt it. */
  static final int DECRYPT = 0x20;

  /** The answer's first parameter is to be encrypted by the TPM. */
  static final int ENCRYPT = 0x40;

  /** For a command that acts on nothing: its answer is only to be proven. */
  static final int AUDIT = 0x80;

  private static final int CONTINUE = 0x01;

  private final Tpm tpm;
  private final Tpm.Handle handle;
  private final Secret key;
  private byte[] theirs;

  private Session(Tpm tpm, Tpm.Handle handle, Secret key, byte[] theirs) {
    this.tpm = tpm;
    this.handle = handle;
    this.key = key;
    this.theirs = theirs;
  }

  static Session start(Tpm tpm, int type, StorageKey saltedTo) throws IOException {
    byte[] ours = Tpm.nonce();
    try (StorageKey.Salt salt = saltedTo.salt()) {
      TpmBuffer answer =
          tpm.call(
              0x176,
              Tpm.NO_SESSIONS,
              TpmBuffer.empty()
                  .u32(saltedTo.entity().handle())
                  .u32(Tpm.NULL)
                  .sized(ours)
                  .sized(salt.encrypted())
                  .u8(type)
                  .u16(Tpm.AES)
                  .u16(Tpm.AES_BITS)
                  .u16(Tpm.CFB)
                  .u16(Tpm.SHA256));
      Tpm.Handle handle = tpm.handle(answer);
      try {
        byte[] theirs = answer.sized();
        return new Session(tpm, handle, Kdf.kdfA(salt.secret(), "ATH", theirs, ours), theirs);
      } catch (IOException e) {
        handle.abandon(e);
        throw e;
      }
    }
  }

  int handle() {
    return handle.value();
  }

  /**
   * Runs a command and gives its answer's parameters, in the clear, for the caller to wipe.
   *
   * @param protection of {@link #DECRYPT}, {@link #ENCRYPT}, {@link #AUDIT}
   * @param parameters in the clear; wiped
   * @param on what the command acts on; this session authorizes the use of the first
   */
  TpmBuffer run(int command, int protection, TpmBuffer parameters, Entity... on)
      throws IOException {
    byte[] ours = Tpm.nonce();
    byte[] sent = parameters.written();
    parameters.wipe();
    try (Secret value = value(on)) {
      if ((protection & DECRYPT) != 0) {
        crypt(Cipher.ENCRYPT_MODE, sent, value, ours, theirs);
      }
      TpmBuffer body = TpmBuffer.empty();
      MessageDigest hash = Digest.sha256();
      hash.update(TpmBuffer.empty().u32(command).written());
      for (Entity one : on) {
        body.u32(one.handle());
        hash.update(one.name());
      }
      hash.update(sent);
      byte attributes = (byte) (CONTINUE | protection);
      byte[] mac = Kdf.hmac(value, hash.digest(), ours, theirs, new byte[] {attributes});
      byte[] authorization =
          TpmBuffer.empty().u32(handle.value()).sized(ours).u8(attributes).sized(mac).written();
      body.u32(authorization.length).raw(authorization).raw(sent);
      byte[] received = proven(command, tpm.call(command, Tpm.SESSIONS, body), value, ours);
      if ((protection & ENCRYPT) != 0) {
        crypt(Cipher.DECRYPT_MODE, received, value, theirs, ours);
      }
      return TpmBuffer.of(received);
    } finally {
      Arrays.fill(sent, (byte) 0);
    }
  }

  /** The answer's parameters, still encrypted, if its HMAC is right; then its nonce counts. */
  private byte[] proven(int command, TpmBuffer answer, Secret value, byte[] ours)
      throws IOException {
    try {
      byte[] received = answer.raw(answer.u32());
      byte[] next = answer.sized();
      byte[] attributes = answer.raw(1);
      byte[] mac = answer.sized();
      MessageDigest hash = Digest.sha256();
      hash.update(TpmBuffer.empty().u32(0).u32(command).written());
      hash.update(received);
      byte[] right = Kdf.hmac(value, hash.digest(), next, ours, attributes);
      if (answer.remaining() != 0 || !MessageDigest.isEqual(mac, right)) {
        throw new IOException("HMAC or length differs");
      }
      theirs = next;
      return received;
    } catch (IOException e) {
      throw new IOException("the TPM's answer was altered on its way", e);
    }
  }

  /** The session's key, then the authorization value of what is used (part 1, §19.6). */
  private Secret value(Entity... on) {
    Optional<Secret> auth = on.length == 0 ? Optional.empty() : on[0].auth();
    int length = key.length() + auth.map(Secret::length).orElse(0);
    return Secret.filled(
        length,
        out -> {
          ByteBuffer both = ByteBuffer.wrap(out);
          key.use(both::put);
          if (auth.isPresent()) {
            auth.get().use(both::put);
          }
        });
  }

  /** The content of the first parameter; its length stays in the clear. */
  private static void crypt(int mode, byte[] parameters, Secret value, byte[] newer, byte[] older)
      throws IOException {
    TpmBuffer first = TpmBuffer.of(parameters);
    int length = first.u16();
    if (length > first.remaining()) {
      throw new IOException("the TPM's answer ends early");
    }
    Kdf.cfb(mode, parameters, Short.BYTES, length, value, newer, older);
  }

  @Override
  public void close() throws IOException {
    key.close();
    handle.close();
  }
}
