package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.supplychain.BundleSigner;
import dev.sallyport.supplychain.EcSigningKey;
import dev.sallyport.supplychain.MlDsaSigningKey;
import dev.sallyport.supplychain.UnverifiedBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signs models for verifiers elsewhere, into a file and, with ML-DSA-65, a second one beside it.
 * Keys are read before anything is hashed or sealed, and no file is written over.
 */
final class Publisher {
  private static final int MAX_KEY = 64 << 10;

  private final BundleSigner signer;
  private final @Nullable BundleSigner postQuantum;
  private final Path out;

  /** Makes one bundle. */
  @FunctionalInterface
  interface Signing {
    Json.Obj by(BundleSigner signer) throws BadInput;
  }

  private Publisher(BundleSigner signer, @Nullable BundleSigner postQuantum, Path out) {
    this.signer = signer;
    this.postQuantum = postQuantum;
    this.out = out;
  }

  /**
   * Reads the keys.
   *
   * @param certificate goes into the bundle, if not null
   * @param mlDsaKey none if null
   */
  static Publisher read(Path key, @Nullable Path certificate, @Nullable Path mlDsaKey, Path out)
      throws Failure, BadInput, IOException {
    requireAbsent(out);
    if (mlDsaKey != null) {
      requireAbsent(ModelVerify.beside(out));
    }
    return new Publisher(
        signer(key, certificate), mlDsaKey == null ? null : postQuantum(mlDsaKey), out);
  }

  private static void requireAbsent(Path file) throws Failure {
    if (Files.exists(file)) {
      throw new Failure(Exit.EXISTS, file + " exists; a signature is not written over");
    }
  }

  private static BundleSigner signer(Path key, @Nullable Path certificate)
      throws BadInput, IOException {
    byte[] pem = Bounded.read(key, MAX_KEY);
    try {
      EcSigningKey read = EcSigningKey.read(pem);
      return certificate == null
          ? BundleSigner.of(read)
          : BundleSigner.of(read, CertificateChain.parsePem(Bounded.read(certificate, MAX_KEY)));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  private static BundleSigner postQuantum(Path file) throws BadInput, IOException {
    byte[] pem = Bounded.read(file, MAX_KEY);
    try {
      return BundleSigner.of(MlDsaSigningKey.read(pem));
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** Writes the signature, and says where. */
  void write(Signing signing, Json.Builder result, List<String> lines)
      throws Failure, BadInput, IOException {
    write(out, signing.by(signer));
    result.put("signature", out.toString());
    lines.add("signature   " + out);
    if (postQuantum != null) {
      Path second = ModelVerify.beside(out);
      write(second, signing.by(postQuantum));
      result.put("mlDsa", second.toString());
      lines.add("ML-DSA-65   " + second);
    }
  }

  private static void write(Path file, Json.Obj bundle) throws Failure, IOException {
    byte[] bytes = bundle.canonical();
    if (bytes.length > UnverifiedBundle.MAX_BYTES) {
      throw new Failure(Exit.DATA, "signature of " + bytes.length + " bytes; use fewer shards");
    }
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }
}
