package dev.sallyport.custodytpm;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Has a TPM sign its registers with an attestation key of the owner hierarchy, the same one every
 * time until the TPM is cleared. Safe for several threads; each quote opens the TPM anew.
 */
public final class TpmQuoter {
  private final Path device;
  private final Pcrs pcrs;

  public TpmQuoter(Path device, Pcrs pcrs) {
    this.device = device;
    this.pcrs = pcrs;
  }

  /**
   * What the TPM signed, in its own encoding (TPM 2.0 Library part 2).
   *
   * @param key TPMT_PUBLIC of the attestation key
   * @param attest TPMS_ATTEST
   * @param signature TPMT_SIGNATURE
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on at once, never compared
  public record Quote(byte[] key, byte[] attest, byte[] signature) {}

  /**
   * A quote.
   *
   * @param qualifying 32 bytes that the quote is to carry
   * @throws IOException if the TPM is gone or refuses
   */
  public synchronized Quote quote(byte[] qualifying) throws IOException {
    try (Tpm tpm = Tpm.open(device)) {
      return tpm.quote(qualifying, pcrs);
    } catch (IOException e) {
      throw new IOException("the TPM gives no quote: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "TpmQuoter[pcrs=" + pcrs + "]";
  }
}
