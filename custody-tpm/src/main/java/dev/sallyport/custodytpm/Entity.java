package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.util.Optional;

/**
 * What a command acts on: a handle, which a resource manager may exchange on the way; the name that
 * authorization covers, which nobody may (TPM 2.0 Library part 1, §16); and what its use takes.
 */
final class Entity {
  /** The owner hierarchy, with empty authorization. */
  static final Entity OWNER =
      new Entity(Tpm.OWNER, TpmBuffer.empty().u32(Tpm.OWNER).written(), Optional.empty());

  private final int handle;
  private final byte[] name;
  private final Optional<Secret> auth;

  private Entity(int handle, byte[] name, Optional<Secret> auth) {
    this.handle = handle;
    this.name = name;
    this.auth = auth;
  }

  /** An object or NV index with this public area. */
  static Entity of(int handle, byte[] publicArea, Optional<Secret> auth) {
    byte[] name = TpmBuffer.empty().u16(Tpm.SHA256).raw(Digest.of(publicArea).bytes()).written();
    return new Entity(handle, name, auth);
  }

  int handle() {
    return handle;
  }

  byte[] name() {
    return name;
  }

  /** The authorization value; empty if it is the empty one. */
  Optional<Secret> auth() {
    return auth;
  }
}
