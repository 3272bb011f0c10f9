package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Peer;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Lease;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Source;
import dev.sallyport.vault.Staging;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A home with one sealed model, and stand-ins for server and keyd on real sockets. */
final class Stage implements AutoCloseable {
  static final Digest RELEASE = Digest.of("release");

  /** The one that runtimes may be given, where there is one. */
  static final Path DEVICE = Path.of("/dev/hwrng");

  /** A server of HTTP on a Unix socket that is healthy, and crashes when told to. */
  private static final String STAND_IN =
      """
      import java.net.*;
      import java.nio.*;
      import java.nio.channels.*;
      import java.nio.file.*;

      class StandIn {
        public static void main(String[] args) throws Exception {
          Path socket = Path.of(args[0]);
          Files.deleteIfExists(socket);
          try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            while (true) {
              try (var c = server.accept()) {
                ByteBuffer in = ByteBuffer.allocate(4096);
                c.read(in);
                String line = new String(in.array(), 0, in.position());
                if (line.startsWith("GET /read")) {
                  Files.readAllBytes(Path.of("/model/weights.bin"));
                }
                if (line.startsWith("GET /crash")) {
                  Runtime.getRuntime().halt(9);
                }
                c.write(ByteBuffer.wrap("HTTP/1.1 200 OK\\r\\n\\r\\n".getBytes()));
              }
            }
          }
        }
      }
      """;

  final Home home;
  final Path plaintext;
  final TrustRoot root;
  final SealedModel model;
  volatile Duration lifetime = Duration.ofSeconds(60);
  volatile String refuse = "";

  /** The one command that keyd gives a lease for; any if there is none. */
  volatile Optional<Digest> onlyCommand = Optional.empty();

  volatile boolean forge;
  Loaders.Choice loader = Loaders.Choice.MEMORY;
  volatile Instant lastNotAfter = Instant.EPOCH;
  volatile Digest lastCommand = Digest.of("");
  private final SigningKey ada = SigningKey.generate();
  private final SigningKey keyd = SigningKey.generate();
  private final SigningKey keeper = SigningKey.generate();
  private final Secret dataKey = Secret.random();
  private final CountDownLatch revoked = new CountDownLatch(1);
  private final BlockingQueue<Json.Obj> events = new LinkedBlockingQueue<>();
  private final Listener server;
  private final Listener leases;

  Stage(Path dir) throws Exception {
    home = new Home(dir);
    plaintext = memory(dir);
    root = trustRoot();
    model = seal(dir);
    server = Listener.open(home.control(), Listener.Limits.DEFAULT, this::serverAnswer);
    leases = Listener.open(home.leases(), Listener.Limits.DEFAULT, this::keydAnswer);
  }

  /** On the memory file system if there is one that we may use. */
  private static Path memory(Path dir) throws IOException {
    try {
      return Files.createTempDirectory(Path.of("/dev/shm"), "keeper-test");
    } catch (FileSystemException none) {
      return Files.createDirectory(dir.resolve("plain"));
    }
  }

  private TrustRoot trustRoot() throws BadInput {
    SigningKey other = SigningKey.generate();
    List<Person> people = List.of(new Person("ada", Role.SYSTEM_ADMIN, ada.verifyingKey()));
    try (RecipientKey recipient = RecipientKey.generate()) {
      Json.Obj predicate =
          TrustRoot.predicate(
              "test.example/log",
              1,
              people,
              other.verifyingKey(),
              other.verifyingKey(),
              keyd.verifyingKey(),
              keeper.verifyingKey(),
              recipient.recipient().hex());
      Statement statement =
          Statement.about("root", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
      return TrustRoot.parse(Envelope.sign(statement, ada));
    }
  }

  private SealedModel seal(Path dir) throws Exception {
    Path source = Files.createDirectory(dir.resolve("source"));
    Files.writeString(source.resolve("StandIn.java"), STAND_IN);
    Files.write(source.resolve("weights.bin"), new byte[3 << 20]);
    try (Staging staging =
        new Vault(home.vault()).stage(ModelName.parse("tiny"), OptionalLong.empty())) {
      var draft = staging.seal(Source.scan(source), dataKey, ada, (_, _) -> {});
      return staging.publish(draft.finish(new byte[] {1, 2, 3}, root), root);
    }
  }

  ModelKeys keys() {
    return ModelKeys.of(dataKey);
  }

  Peers peers() {
    Duration limit = Duration.ofSeconds(5);
    return new Peers(new Peer(home.control(), limit), new Peer(home.leases(), limit));
  }

  Instant clock() {
    return InstantSource.system().instant();
  }

  Model.Context context(Sandbox sandbox, Reporter reporter) throws InterruptedException {
    InstantSource clock = InstantSource.system();
    RuntimeLauncher.Settings settings =
        new RuntimeLauncher.Settings(
            Path.of(System.getProperty("java.home")),
            Optional.empty(),
            List.of(),
            new Devices(List.of(DEVICE), false),
            Optional.empty(),
            false,
            Duration.ofSeconds(90));
    return new Model.Context(
        home,
        new Loaders(plaintext, loader, clock),
        new Leasing(
            root, keeper, "host", new HostEvidence(Optional.empty()), peers(), reporter, clock),
        new RuntimeLauncher(sandbox, settings),
        reporter,
        new Users(0),
        clock);
  }

  List<String> standIn() {
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx128m",
        "{model}/StandIn.java",
        "{socket}");
  }

  private void serverAnswer(Json.Obj request, Listener.Exchange out) throws BadInput, IOException {
    if (request.string("op").equals("lease.intend")) {
      out.ok(Json.obj().put("index", 0).put("size", 1).build());
    } else {
      events.add(request);
      out.ok(Json.obj().build());
    }
  }

  private void keydAnswer(Json.Obj request, Listener.Exchange out)
      throws BadInput, IOException, Refusal {
    if (!refuse.isEmpty()) {
      throw new Refusal(refuse, "no");
    }
    if (request.string("op").equals("lease")) {
      out.ok(grant(request));
    } else {
      out.ok(Json.obj().put("revoked", false).build());
      try {
        revoked.await();
        out.ok(Json.obj().put("revoked", true).put("reason", "alert").build());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Json.Obj grant(Json.Obj request) throws BadInput, Refusal {
    Envelope envelope = Envelope.parse(request.object("request"));
    LeaseRequest asked = LeaseRequest.parse(envelope.statementBy(keeper.verifyingKey()));
    lastCommand = asked.command();
    if (!onlyCommand.map(asked.command()::equals).orElse(true)) {
      throw new Refusal("command", "command is not in the signed list");
    }
    Lease lease =
        new Lease(
            asked.nonce(),
            asked.release(),
            asked.model(),
            asked.manifest(),
            clock().plus(lifetime),
            envelope.id(),
            List.of(),
            List.of(Json.obj().put("type", "none").build()));
    lastNotAfter = lease.notAfter();
    byte[] key =
        Recipient.fromHex(asked.recipient()).wrap(dataKey, DataKeys.leaseContext(lease.id()));
    Envelope signed = Envelope.sign(lease.statement(), forge ? keeper : keyd);
    return Json.obj().put("lease", signed.toJson()).put("key", key).build();
  }

  void revoke() {
    revoked.countDown();
  }

  void keydGone() throws IOException {
    leases.close();
  }

  void crash() throws IOException {
    tell("crash");
  }

  /** Has the runtime read all of its weights. */
  void read() throws IOException {
    tell("read");
  }

  /** Alters a byte within the weights, which are the second file. */
  void tamper() throws IOException {
    Path file = home.vault().resolve("tiny/1/000002.floe");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, 5000);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), 5000);
    }
  }

  private void tell(String word) throws IOException {
    Path socket = home.sockets("tiny").resolve("api.sock");
    try (SocketChannel c = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      c.write(
          ByteBuffer.wrap(("GET /" + word + " HTTP/1.1\r\n").getBytes(StandardCharsets.US_ASCII)));
      // The end of the answer, or of the runtime.
      while (c.read(ByteBuffer.allocate(64)) >= 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** The next event of this type; others are passed over. */
  Json.Obj next(String type) throws Exception {
    while (true) {
      Json.Obj event = events.poll(60, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event " + type);
      }
      if (event.string("type").equals(type)) {
        return event;
      }
    }
  }

  @Override
  public void close() throws Exception {
    server.close();
    leases.close();
    dataKey.close();
    Files.deleteIfExists(plaintext);
  }
}
