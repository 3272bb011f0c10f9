package dev.sallyport.custodytpm;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The way commands take, and those that carry no secret and whose answers nobody need believe (TPM
 * 2.0 Library part 3): with empty owner authorization, in the clear. Every handle is a {@link
 * Handle}, flushed when closed. Owned by one thread.
 */
final class Tpm implements AutoCloseable {
  static final int NO_SESSIONS = 0x8001;
  static final int SESSIONS = 0x8002;
  static final int OWNER = 0x40000001;
  static final int NULL = 0x40000007;
  private static final int PASSWORD = 0x40000009;

  static final int AES = 0x0006;
  static final int AES_BITS = 128;
  static final int CFB = 0x0043;
  static final int SHA256 = 0x000B;
  static final int ALG_NULL = 0x0010;
  static final int ECC = 0x0023;
  static final int P256 = 0x0003;
  static final int KEYED_HASH = 0x0008;
  private static final int ECDSA = 0x0018;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, restricted, decrypt. */
  static final int STORAGE_KEY = 0x00030472;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, restricted, sign. */
  private static final int ATTESTATION_KEY = 0x00050472;

  private static final int TRIAL = 3;
  private static final int NONCE = 16;
  private static final int TRIES = 30;
  private static final long PAUSE_MILLIS = 100;
  private static final byte[] NOTHING = {};

  private final TpmDevice device;

  private Tpm(TpmDevice device) {
    this.device = device;
  }

  static Tpm open(Path path) throws IOException {
    return new Tpm(TpmDevice.open(path, TpmDevice.DEADLINE));
  }

  /** A transient object or session. */
  final class Handle implements AutoCloseable {
    private final int value;

    private Handle(int value) {
      this.value = value;
    }

    int value() {
      return value;
    }

    /** Flushes it because of {@code cause}, to which a failure of that is added. */
    void abandon(IOException cause) {
      try {
        close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }

    @Override
    public void close() throws IOException {
      call(0x165, NO_SESSIONS, TpmBuffer.empty().u32(value));
    }
  }

  /** Private and public part of a sealed object; opaque outside its TPM. */
  static final class Blob {
    private final byte[] privatePart;
    private final byte[] publicPart;

    Blob(byte[] privatePart, byte[] publicPart) {
      this.privatePart = privatePart;
      this.publicPart = publicPart;
    }

    byte[] privatePart() {
      return privatePart;
    }

    byte[] publicPart() {
      return publicPart;
    }
  }

  /** The handle with which an answer begins. */
  Handle handle(TpmBuffer answer) throws IOException {
    return new Handle(answer.u32());
  }

  /** Makes a primary key of the owner hierarchy; the answer begins with its handle. */
  TpmBuffer make(byte[] template) throws IOException {
    TpmBuffer sensitive = TpmBuffer.empty().sized(NOTHING).sized(NOTHING);
    return call(
        0x131,
        SESSIONS,
        authorized(OWNER).sized(sensitive.written()).sized(template).sized(NOTHING).u32(0));
  }

  /** Signs these PCRs as they are now with the ECC P-256 attestation key of the owner hierarchy. */
  TpmQuoter.Quote quote(byte[] qualifying, Pcrs pcrs) throws IOException {
    byte[] template =
        head(ECC, ATTESTATION_KEY, NOTHING)
            .u16(ALG_NULL)
            .u16(ECDSA)
            .u16(SHA256)
            .u16(P256)
            .u16(ALG_NULL)
            .sized(NOTHING)
            .sized(NOTHING)
            .written();
    TpmBuffer made = make(template);
    try (Handle key = handle(made)) {
      made.u32();
      byte[] area = made.sized();
      TpmBuffer answer =
          call(
              0x158,
              SESSIONS,
              selected(authorized(key.value).sized(qualifying).u16(ALG_NULL), pcrs));
      int length = answer.u32();
      byte[] attest = answer.sized();
      return new TpmQuoter.Quote(area, attest, answer.raw(length - Short.BYTES - attest.length));
    }
  }

  Handle load(StorageKey parent, Blob blob) throws IOException {
    return handle(
        call(
            0x157,
            SESSIONS,
            authorized(parent.entity().handle())
                .sized(blob.privatePart())
                .sized(blob.publicPart())));
  }

  /** The policy "these PCRs as they are now, and who knows the authorization value". */
  byte[] policy(Pcrs pcrs) throws IOException {
    TpmBuffer unsalted =
        TpmBuffer.empty()
            .u32(NULL)
            .u32(NULL)
            .sized(nonce())
            .sized(NOTHING)
            .u8(TRIAL)
            .u16(ALG_NULL)
            .u16(SHA256);
    try (Handle trial = handle(call(0x176, NO_SESSIONS, unsalted))) {
      demandPcrs(trial.value, pcrs);
      demandAuth(trial.value);
      return call(0x189, NO_SESSIONS, TpmBuffer.empty().u32(trial.value)).sized();
    }
  }

  /** Adds to a policy session: these PCRs as they are now. */
  void demandPcrs(int session, Pcrs pcrs) throws IOException {
    call(0x17F, NO_SESSIONS, selected(TpmBuffer.empty().u32(session).sized(NOTHING), pcrs));
  }

  /** Adds to a policy session: the HMAC is to be keyed with the authorization value, too. */
  void demandAuth(int session) throws IOException {
    call(0x16B, NO_SESSIONS, TpmBuffer.empty().u32(session));
  }

  /** Deletes an NV index, if the answer can be believed. */
  void discard(int index) throws IOException {
    call(0x122, SESSIONS, authorized(OWNER, index));
  }

  static byte[] nonce() {
    byte[] nonce = new byte[NONCE];
    new SecureRandom().nextBytes(nonce);
    return nonce;
  }

  private static TpmBuffer selected(TpmBuffer command, Pcrs pcrs) {
    return command.u32(1).u16(SHA256).u8(Pcrs.BYTES).raw(pcrs.select());
  }

  /** How the public area of an object begins. */
  static TpmBuffer head(int type, int attributes, byte[] policy) {
    return TpmBuffer.empty().u16(type).u16(SHA256).u32(attributes).sized(policy);
  }

  /** Handles, then one authorization: the empty password. */
  private static TpmBuffer authorized(int... handles) {
    TpmBuffer command = TpmBuffer.empty();
    for (int handle : handles) {
      command.u32(handle);
    }
    return command.u32(9).u32(PASSWORD).sized(NOTHING).u8(1).sized(NOTHING);
  }

  /** Sends a command, again while the TPM is busy; its answer after the header. */
  TpmBuffer call(int command, int tag, TpmBuffer body) throws IOException {
    byte[] rest = body.written();
    TpmBuffer whole = TpmBuffer.empty().u16(tag).u32(10 + rest.length).u32(command).raw(rest);
    byte[] sent = whole.written();
    try {
      for (int tried = 1; ; tried++) {
        try {
          return answer(tag, TpmBuffer.of(device.exchange(sent)));
        } catch (TpmRefusal e) {
          if (!e.later() || tried == TRIES) {
            throw e;
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
        }
      }
    } finally {
      Arrays.fill(rest, (byte) 0);
      Arrays.fill(sent, (byte) 0);
      whole.wipe();
      body.wipe();
    }
  }

  private static TpmBuffer answer(int tag, TpmBuffer answer) throws IOException {
    int answered = answer.u16();
    answer.u32();
    int code = answer.u32();
    if (code != 0) {
      throw new TpmRefusal(code);
    }
    if (answered != tag) {
      throw new IOException("the TPM's answer has tag 0x" + Integer.toHexString(answered));
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    device.close();
  }
}
