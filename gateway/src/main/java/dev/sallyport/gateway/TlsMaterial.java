package dev.sallyport.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The gateway's certificate and its key, as PEM files: what certificate authorities hand out and
 * what {@link SelfSigned} makes.
 *
 * @param chain certificates, the gateway's own first
 * @param key unencrypted PKCS#8; a file that only the gateway's user may read
 */
public record TlsMaterial(Path chain, Path key) {
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Forward secrecy and AEAD only (RFC 9325 §4.2). */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

  SslContext context() throws IOException {
    try {
      return SslContextBuilder.forServer(Files.newInputStream(chain), Files.newInputStream(key))
          .sslProvider(SslProvider.JDK)
          .protocols(PROTOCOLS)
          .ciphers(CIPHERS)
          .build();
    } catch (IllegalArgumentException | SSLException e) {
      throw new IOException(
          "TLS certificate or key is not PEM of a matching pair: " + chain.getFileName(), e);
    }
  }
}
