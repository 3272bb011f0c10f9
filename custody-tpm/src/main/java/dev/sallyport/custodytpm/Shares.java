package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The two shares of a root key in a TPM, one sealed and one in an NV index. All that is secret, and
 * every answer that something is done or gone, crosses the bus in a {@link Session}. Owned by one
 * thread.
 */
final class Shares {
  /** fixedTPM, fixedParent, noDA; without userWithAuth only the policy opens it. */
  private static final int SEALED = 0x00000412;

  /** AUTHWRITE, AUTHREAD, NO_DA. */
  private static final int NV_SHARE = 0x02040004;

  /** OWNERWRITE, OWNERREAD, NO_DA: of a file without an authorization value. */
  private static final int NV_OWNERS_SHARE = 0x02020002;

  private static final int NV_WRITTEN = 0x20000000;

  private static final int CAP_HANDLES = 1;

  private final Tpm tpm;
  private final StorageKey parent;
  private final Session session;

  private Shares(Tpm tpm, StorageKey parent, Session session) {
    this.tpm = tpm;
    this.parent = parent;
    this.session = session;
  }

  /** What is done with the shares while the TPM is open. */
  @FunctionalInterface
  interface Work<T> {
    T with(Shares shares) throws IOException;
  }

  /** The TPM proves that it has no such NV index. */
  static final class Gone extends IOException {
    private static final long serialVersionUID = 1L;

    private Gone(TpmRefusal cause) {
      super("the TPM has no such NV index", cause);
    }
  }

  /**
   * Opens the TPM for one piece of work.
   *
   * @param storageKey the name that its storage key must have; empty if none is known yet
   */
  static <T> T in(Path device, Optional<Digest> storageKey, Work<T> work) throws IOException {
    try (Tpm tpm = Tpm.open(device);
        StorageKey parent = StorageKey.make(tpm, storageKey);
        Session session = Session.start(tpm, Session.HMAC, parent)) {
      return work.with(new Shares(tpm, parent, session));
    }
  }

  Digest storageKey() {
    return parent.name();
  }

  /** Seals to these PCRs as they are now and to an authorization value. */
  Tpm.Blob seal(Secret secret, Secret auth, Pcrs pcrs) throws IOException {
    TpmBuffer command = TpmBuffer.empty().u16(2 * Short.BYTES + auth.length() + secret.length());
    put(auth, command);
    put(secret, command);
    byte[] template =
        Tpm.head(Tpm.KEYED_HASH, SEALED, tpm.policy(pcrs)).u16(Tpm.ALG_NULL).u16(0).written();
    command.sized(template).u16(0).u32(0);
    TpmBuffer answer = session.run(0x153, Session.DECRYPT, command, parent.entity());
    return new Tpm.Blob(answer.sized(), answer.sized());
  }

  /** The sealed share, if the PCRs are as they were. */
  Secret unseal(TpmKeyFile file) throws IOException {
    try (Tpm.Handle item = tpm.load(parent, file.blob());
        Session policy = Session.start(tpm, Session.POLICY, parent)) {
      tpm.demandPcrs(policy.handle(), file.pcrs());
      if (file.auth().isPresent()) {
        tpm.demandAuth(policy.handle());
      }
      Entity sealed = Entity.of(item.value(), file.blob().publicPart(), file.auth());
      return share(policy.run(0x15E, Session.ENCRYPT, TpmBuffer.empty(), sealed));
    }
  }

  /** Makes the NV index. */
  void define(TpmKeyFile file) throws IOException {
    TpmBuffer command = TpmBuffer.empty();
    put(file.auth().orElseThrow(), command);
    session.run(0x12A, Session.DECRYPT, command.sized(area(file, 0)), Entity.OWNER);
  }

  /** Writes the other share to the NV index, for the first time. */
  void write(TpmKeyFile file, Secret share) throws IOException {
    Entity index = Entity.of(file.index(), area(file, 0), file.auth());
    TpmBuffer command = TpmBuffer.empty();
    put(share, command);
    session.run(0x137, Session.DECRYPT, command.u16(0), index, index);
  }

  /** Deletes the NV index of half a key, which takes room in the TPM and is worth nothing. */
  void discard(TpmKeyFile file, IOException because) {
    try {
      tpm.discard(file.index());
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** The share in the NV index. */
  Secret read(TpmKeyFile file) throws IOException {
    Entity index = index(file);
    Entity by = file.auth().isPresent() ? index : Entity.OWNER;
    TpmBuffer command = TpmBuffer.empty().u16(Secret.KEY_LENGTH).u16(0);
    try {
      return share(session.run(0x14E, Session.ENCRYPT, command, by, index));
    } catch (TpmRefusal e) {
      throw explained(e, file);
    }
  }

  /** Deletes the NV index. */
  void forget(TpmKeyFile file) throws IOException {
    try {
      session.run(0x122, 0, TpmBuffer.empty(), Entity.OWNER, index(file));
    } catch (TpmRefusal e) {
      throw explained(e, file);
    }
  }

  /**
   * {@link Gone}, if there is no such index; the refusal itself says so without proof, and anything
   * between could have said it.
   */
  private IOException explained(TpmRefusal e, TpmKeyFile file) throws IOException {
    if (!e.is(TpmRefusal.HANDLE)) {
      return e;
    }
    TpmBuffer answer =
        session.run(
            0x17A, Session.AUDIT, TpmBuffer.empty().u32(CAP_HANDLES).u32(file.index()).u32(1));
    answer.raw(1 + Integer.BYTES); // whether there are more, and what is listed
    // What is listed begins at the index that was asked for.
    if (answer.u32() > 0 && answer.u32() == file.index()) {
      return e;
    }
    // Where no storage key is pinned: another TPM has no such index either, but loads no such blob.
    tpm.load(parent, file.blob()).close();
    return new Gone(e);
  }

  private static Secret share(TpmBuffer answer) throws IOException {
    byte[] bytes = answer.sized();
    answer.wipe();
    if (bytes.length != Secret.KEY_LENGTH) {
      throw new IOException("a share in the TPM is not of 32 bytes");
    }
    return Secret.take(bytes);
  }

  private static void put(Secret secret, TpmBuffer to) {
    secret.use(to::sized);
  }

  static Entity index(TpmKeyFile file) {
    return Entity.of(file.index(), area(file, NV_WRITTEN), file.auth());
  }

  /** TPMS_NV_PUBLIC. */
  static byte[] area(TpmKeyFile file, int more) {
    return TpmBuffer.empty()
        .u32(file.index())
        .u16(Tpm.SHA256)
        .u32((file.auth().isPresent() ? NV_SHARE : NV_OWNERS_SHARE) | more)
        .u16(0)
        .u16(Secret.KEY_LENGTH)
        .written();
  }
}
