package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.EcKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Quotes of a TPM 2.0 over PCRs of the SHA-256 bank. Evidence: {@code key} (the attestation key's
 * TPMT_PUBLIC), {@code quote} (TPMS_ATTEST) and {@code signature} (TPMT_SIGNATURE), each base64.
 *
 * <p>No vendor vouches for the key, so the measurement covers its name as well as the registers:
 * whoever demands a measurement demands this TPM in this state. The name is a digest over the key's
 * attributes too, so a key that signs whatever it is given has another one.
 *
 * <p>Layout: TCG TPM 2.0 Library part 2, §10.12 and §12.2.
 */
public final class TpmQuote implements EvidenceFormat {
  private static final byte[] LABEL =
      "sallyport/tpm-measurement/v1\0".getBytes(StandardCharsets.US_ASCII);

  private static final int GENERATED = 0xFF544347;
  private static final int QUOTE = 0x8018;
  private static final int ECC = 0x0023;
  private static final int P256 = 0x0003;
  private static final int ECDSA = 0x0018;
  private static final int SHA256 = 0x000B;
  private static final int NONE = 0x0010;

  /** fixedTPM, fixedParent, sensitiveDataOrigin, restricted, sign. */
  private static final int NEEDED = 0x00050032;

  private static final int DECRYPT = 0x00020000;
  private static final int COORDINATE = 32;
  private static final int DIGEST = 32;
  private static final int SELECT = 3;

  /** Without roots: the measurement names the key. */
  public TpmQuote() {}

  @Override
  public String type() {
    return "tpm";
  }

  @Override
  public Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput {
    evidence.only("key", "quote", "signature");
    byte[] area = evidence.base64("key");
    byte[] attest = evidence.base64("quote");
    EcKey key = key(area);
    key.verifyRaw(attest, signature(evidence.base64("signature")));
    Structure in = new Structure("TPM quote", attest);
    in.require(in.u32() == GENERATED, "not made by a TPM");
    in.require(in.u16() == QUOTE, "of another kind than a quote");
    in.sized();
    byte[] qualifying = in.sized();
    in.require(qualifying.length == DIGEST, "qualifying data is not of 32 bytes");
    in.u64();
    int resets = in.u32();
    int restarts = in.u32();
    in.u8();
    long firmware = in.u64();
    in.require(in.u32() == 1 && in.u16() == SHA256, "registers of other banks than SHA-256");
    in.require(in.u8() == SELECT, "selection is not of 3 bytes");
    byte[] select = in.raw(SELECT);
    byte[] registers = in.sized();
    in.end();
    List<String> pcrs = numbers(select);
    in.require(!pcrs.isEmpty(), "no register is selected");
    in.require(registers.length == DIGEST, "digest of the registers is not of 32 bytes");
    Digest name = Digest.of(area);
    SortedMap<String, String> claims = new TreeMap<>();
    claims.put("measurement", measurement(name, select, registers));
    claims.put("ak", name.hex());
    claims.put("pcrs", String.join(",", pcrs));
    claims.put("pcrDigest", HexFormat.of().formatHex(registers));
    claims.put("firmware", "%016x".formatted(firmware));
    claims.put("resets", Integer.toUnsignedString(resets));
    claims.put("restarts", Integer.toUnsignedString(restarts));
    return new Genuine(
        type(),
        claims,
        false,
        HexFormat.of().formatHex(qualifying),
        key.id(),
        asOf,
        List.of("that the attestation key lies in a genuine TPM: who enrols it sees to that"));
  }

  /** The key, if it can only sign what its TPM made itself. */
  private static EcKey key(byte[] area) throws BadInput {
    Structure in = new Structure("TPM attestation key", area);
    in.require(in.u16() == ECC && in.u16() == SHA256, "not an ECC key named by SHA-256");
    int attributes = in.u32();
    in.require(
        (attributes & NEEDED) == NEEDED && (attributes & DECRYPT) == 0,
        "attributes %08x; a restricted signing key fixed to its TPM is meant"
            .formatted(attributes));
    in.sized();
    in.require(in.u16() == NONE, "has a symmetric algorithm");
    in.require(in.u16() == ECDSA && in.u16() == SHA256, "scheme is not ECDSA with SHA-256");
    in.require(in.u16() == P256 && in.u16() == NONE, "curve is not P-256");
    byte[] x = coordinate(in);
    byte[] y = coordinate(in);
    in.end();
    return EcKey.p256(join(x, y));
  }

  private static byte[] signature(byte[] bytes) throws BadInput {
    Structure in = new Structure("TPM signature", bytes);
    in.require(in.u16() == ECDSA && in.u16() == SHA256, "not ECDSA with SHA-256");
    byte[] r = coordinate(in);
    byte[] s = coordinate(in);
    in.end();
    return join(r, s);
  }

  /** A number of at most 32 bytes, filled up to 32. */
  private static byte[] coordinate(Structure in) throws BadInput {
    byte[] number = in.sized();
    in.require(number.length <= COORDINATE, "number of " + number.length + " bytes");
    byte[] filled = new byte[COORDINATE];
    System.arraycopy(number, 0, filled, COORDINATE - number.length, number.length);
    return filled;
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String measurement(Digest name, byte[] select, byte[] registers) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(LABEL);
    all.writeBytes(name.bytes());
    all.writeBytes(select);
    all.writeBytes(registers);
    return Digest.of(all.toByteArray()).hex();
  }

  private static List<String> numbers(byte[] select) {
    List<String> numbers = new ArrayList<>();
    for (int n = 0; n < select.length * Byte.SIZE; n++) {
      if (((select[n / Byte.SIZE] >> (n % Byte.SIZE)) & 1) != 0) {
        numbers.add(Integer.toString(n));
      }
    }
    return numbers;
  }

  /** One structure as the TPM writes it, big-endian; read once from its start to its end. */
  private static final class Structure {
    private final String what;
    private final ByteBuffer rest;

    Structure(String what, byte[] bytes) {
      this.what = what;
      this.rest = ByteBuffer.wrap(bytes);
    }

    int u8() throws BadInput {
      return Byte.toUnsignedInt(next(Byte.BYTES).get());
    }

    int u16() throws BadInput {
      return Short.toUnsignedInt(next(Short.BYTES).getShort());
    }

    int u32() throws BadInput {
      return next(Integer.BYTES).getInt();
    }

    long u64() throws BadInput {
      return next(Long.BYTES).getLong();
    }

    byte[] raw(int length) throws BadInput {
      byte[] bytes = new byte[length];
      next(length).get(bytes);
      return bytes;
    }

    byte[] sized() throws BadInput {
      int length = u16();
      require(length <= rest.remaining(), "ends early");
      return raw(length);
    }

    void end() throws BadInput {
      require(!rest.hasRemaining(), rest.remaining() + " bytes too many");
    }

    void require(boolean holds, String otherwise) throws BadInput {
      if (!holds) {
        throw new BadInput(what + ": " + otherwise);
      }
    }

    private ByteBuffer next(int length) throws BadInput {
      require(length <= rest.remaining(), "ends early");
      return rest;
    }
  }
}
