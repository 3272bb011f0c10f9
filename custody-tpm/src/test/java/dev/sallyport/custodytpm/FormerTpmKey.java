package dev.sallyport.custodytpm;

import dev.sallyport.core.Digest;
import dev.sallyport.custody.KeyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** Makes root keys as version 1 of the file had them: no storage key, no authorization value. */
final class FormerTpmKey {
  private static final int PASSWORD = 0x40000009;

  private FormerTpmKey() {}

  static void create(Path device, Path file, Pcrs pcrs) throws IOException {
    byte[] share = new byte[32];
    new SecureRandom().nextBytes(share);
    int index = 0x01800000 | new SecureRandom().nextInt(0x00400000);
    try (Tpm tpm = Tpm.open(device);
        StorageKey parent = StorageKey.make(tpm, Optional.empty())) {
      byte[] template =
          Tpm.head(Tpm.KEYED_HASH, 0x412, policy(tpm, pcrs)).u16(Tpm.ALG_NULL).u16(0).written();
      TpmBuffer made =
          tpm.call(
              0x153,
              Tpm.SESSIONS,
              authorized(parent.entity().handle())
                  .u16(36)
                  .u16(0)
                  .sized(share)
                  .sized(template)
                  .u16(0)
                  .u32(0));
      made.u32();
      byte[] body =
          TpmBuffer.empty()
              .raw("sallyport tpm root key v1\n".getBytes(StandardCharsets.US_ASCII))
              .raw(pcrs.select())
              .u32(index)
              .sized(made.sized())
              .sized(made.sized())
              .written();
      ByteBuffer whole = ByteBuffer.allocate(body.length + 32).put(body);
      KeyFile.write(file, whole.put(Digest.of(body).bytes()).array());
      byte[] area =
          TpmBuffer.empty().u32(index).u16(Tpm.SHA256).u32(0x02020002).u16(0).u16(32).written();
      tpm.call(0x12A, Tpm.SESSIONS, authorized(Tpm.OWNER).u16(0).sized(area));
      new SecureRandom().nextBytes(share);
      tpm.call(0x137, Tpm.SESSIONS, authorized(Tpm.OWNER, index).sized(share).u16(0));
    }
  }

  private static byte[] policy(Tpm tpm, Pcrs pcrs) throws IOException {
    TpmBuffer trial =
        TpmBuffer.empty()
            .u32(Tpm.NULL)
            .u32(Tpm.NULL)
            .sized(Tpm.nonce())
            .u16(0)
            .u8(3)
            .u16(Tpm.ALG_NULL)
            .u16(Tpm.SHA256);
    try (Tpm.Handle session = tpm.handle(tpm.call(0x176, Tpm.NO_SESSIONS, trial))) {
      tpm.demandPcrs(session.value(), pcrs);
      return tpm.call(0x189, Tpm.NO_SESSIONS, TpmBuffer.empty().u32(session.value())).sized();
    }
  }

  private static TpmBuffer authorized(int... handles) {
    TpmBuffer command = TpmBuffer.empty();
    for (int handle : handles) {
      command.u32(handle);
    }
    return command.u32(9).u32(PASSWORD).u16(0).u8(1).u16(0);
  }
}
