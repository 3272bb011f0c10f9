package dev.sallyport.gateway;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A real gateway over a fake runtime, with a directory and a log that a test controls. */
final class House implements AutoCloseable {
  static final String KEY = ApiKey.PREFIX + "a".repeat(43);
  static final String MODEL = "m";
  static final Quota QUOTA = new Quota(1000, 1_000_000, 10_000_000, 100, 10);
  static final TierPolicy POLICY =
      new TierPolicy(
          Set.of("/v1/chat/completions", "/v1/completions"),
          Set.of(
              "model",
              "messages",
              "prompt",
              "stream",
              "stream_options",
              "max_tokens",
              "temperature",
              "n"),
          QUOTA);

  record Entry(String type, Json.Obj data) {}

  final List<Entry> log = new CopyOnWriteArrayList<>();
  final Map<Digest, Principal> principals = new ConcurrentHashMap<>();
  final Map<String, ModelState> models = new ConcurrentHashMap<>();
  final TestClock clock = new TestClock();
  final FakeRuntime runtime;
  final TlsMaterial tls;
  final SSLContext trust;
  HttpClient client;
  final Limits limits;

  /** What the log answers; tests replace it to fail or to wait. */
  volatile Recorder answer = (type, data) -> CompletableFuture.completedFuture(null);

  Gateway gateway;

  /** Twelve noon of one day, until a test moves it. */
  static final class TestClock extends Clock {
    volatile Instant now = Instant.parse("2026-11-23T12:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  House(Path dir) throws Exception {
    this(dir, Limits.DEFAULT, Transport.best());
  }

  House(Path dir, Limits limits, Transport transport) throws Exception {
    this.limits = limits;
    runtime = new FakeRuntime(dir.resolve("rt.sock"), FakeRuntime.stream());
    tls = Certificate.MADE;
    trust = trusting(tls.chain());
    client = newClient();
    principals.put(ApiKey.hash(KEY), new Principal("alice", Tier.LIMITED, Quota.OPEN));
    serve(POLICY, Long.MAX_VALUE);
    start(transport);
  }

  private HttpClient newClient() {
    return HttpClient.newBuilder().sslContext(trust).version(HttpClient.Version.HTTP_1_1).build();
  }

  /** The next request goes over a new connection: a broken stream ends the one it was on. */
  void reconnect() {
    client.shutdownNow();
    client = newClient();
  }

  /** One certificate for all tests of a run: keytool takes a second. */
  private static final class Certificate {
    static final TlsMaterial MADE = make();

    private static TlsMaterial make() {
      try {
        Path dir = Files.createTempDirectory("gateway-test");
        dir.toFile().deleteOnExit();
        TlsMaterial made =
            SelfSigned.create(
                dir, Path.of(System.getProperty("java.home")), List.of("localhost", "127.0.0.1"));
        made.key().toFile().deleteOnExit();
        made.chain().toFile().deleteOnExit();
        return made;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  void serve(TierPolicy policy, long modelBytes) {
    models.put(
        MODEL,
        new ModelState.Serving(
            Tier.LIMITED, runtime.socket, Map.of(Tier.LIMITED, policy), modelBytes));
  }

  private void start(Transport transport) throws Exception {
    Ledger ledger = new Ledger(this::record, clock);
    for (Entry entry : log) {
      if (entry.type.equals("budget.block")) {
        ledger.restore(entry.data);
      }
    }
    gateway =
        Gateway.start(
            new GatewayConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls, 2, limits),
            transport,
            directory(),
            this::record,
            ledger,
            clock);
  }

  /** Ends the gateway as a crash would and starts another from the log. */
  void restart() throws Exception {
    gateway.close(Duration.ZERO);
    start(Transport.best());
  }

  private CompletionStage<Void> record(String type, Json.Obj data) {
    return answer.record(type, data).thenRun(() -> log.add(new Entry(type, data)));
  }

  private Directory directory() {
    return new Directory() {
      @Override
      public Optional<Principal> principalByKeyHash(Digest hash) {
        return Optional.ofNullable(principals.get(hash));
      }

      @Override
      public ModelState model(String name) {
        return models.getOrDefault(name, new ModelState.Unknown());
      }

      @Override
      public List<String> models(Principal principal) {
        return models.keySet().stream().sorted().toList();
      }
    };
  }

  List<Json.Obj> entries(String type) {
    return log.stream().filter(e -> e.type.equals(type)).map(Entry::data).toList();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + path))
        .header("Authorization", "Bearer " + KEY)
        .header("Content-Type", "application/json")
        .timeout(Duration.ofSeconds(30));
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  HttpResponse<String> chat(String more) throws Exception {
    return post("/v1/chat/completions", chatBody(more));
  }

  static String chatBody(String more) {
    return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}";
  }

  HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  static String code(HttpResponse<String> response) throws BadInput {
    return Json.parseObject(response.body().getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .object("error")
        .string("code");
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  @Override
  public void close() {
    client.shutdownNow();
    gateway.close(Duration.ZERO);
    runtime.close();
  }
}
