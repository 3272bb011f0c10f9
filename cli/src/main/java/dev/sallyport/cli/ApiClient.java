package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A caller of the OpenAI-compatible API that trusts exactly one certificate. Thread-safe. */
final class ApiClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http;
  private final URI base;

  /** What came back: the status, and the body's {@code error.code} if there is one. */
  record Answer(int status, String body, Optional<String> code) {}

  /** A streamed answer: the text, how many pieces it came in, and how it ended. */
  record Streamed(int status, String text, int chunks, boolean done) {}

  /**
   * @param base such as {@code https://127.0.0.1:8443/v1/}
   * @param certificate PEM file of the server's certificate
   */
  ApiClient(URI base, Path certificate) throws IOException {
    this.base = base;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .sslContext(trusting(certificate))
            .build();
  }

  /** The port on the host that this client calls. */
  int port() {
    return base.getPort();
  }

  /** Posts one JSON document; an empty key sends none. */
  Answer post(String path, String key, Json.Obj body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(request(path, key, body), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body(), errorCode(response.body()));
  }

  /** Posts a request with {@code "stream": true} in it and reads the events as they come. */
  Streamed stream(String path, String key, Json.Obj body)
      throws IOException, InterruptedException, BadInput {
    HttpResponse<Stream<String>> response =
        http.send(request(path, key, body), HttpResponse.BodyHandlers.ofLines());
    StringBuilder text = new StringBuilder();
    int chunks = 0;
    boolean done = false;
    try (Stream<String> lines = response.body()) {
      for (Iterator<String> i = lines.iterator(); i.hasNext() && !done; ) {
        String line = i.next();
        done = line.equals("data: [DONE]");
        if (line.startsWith("data: {")) {
          String piece = delta(line.substring(6));
          chunks += piece.isEmpty() ? 0 : 1;
          text.append(piece);
        }
      }
    }
    return new Streamed(response.statusCode(), text.toString(), chunks, done);
  }

  private HttpRequest request(String path, String key, Json.Obj body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.canonical()));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    return request.build();
  }

  private static String delta(String event) throws BadInput {
    StringBuilder out = new StringBuilder();
    for (Json.Obj choice : Json.parse(event).asObject("event").objects("choices")) {
      if (choice.find("delta").orElse(choice) instanceof Json.Obj delta
          && delta.find("content").orElse(new Json.Null()) instanceof Json.Str content) {
        out.append(content.value());
      }
    }
    return out.toString();
  }

  private static Optional<String> errorCode(String body) {
    try {
      return Json.parse(body).asObject("body").object("error").findString("code");
    } catch (BadInput notAnError) {
      return Optional.empty();
    }
  }

  private static SSLContext trusting(Path certificate) throws IOException {
    try (InputStream in = Files.newInputStream(certificate)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("certificate file is not usable: " + certificate.getFileName(), e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
