package dev.sallyport.sealer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.custody.RootKey;
import dev.sallyport.keys.ApprovedOrder;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Nonce;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SealResume;
import dev.sallyport.keys.Secret;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealOrder;
import dev.sallyport.keys.UnsealRequest;
import dev.sallyport.vault.ModelKeys;
import dev.sallyport.vault.ModelName;
import dev.sallyport.vault.SealedModel;
import dev.sallyport.vault.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A home on disk with the two processes a sealer talks to: one that wraps with a real root key as
 * keyd does, one that remembers what it was asked to log.
 */
final class House implements AutoCloseable {
  final Path home;
  final Path source;
  final Path signer;
  final TrustRoot root;
  final List<Json.Obj> log = new CopyOnWriteArrayList<>();
  private final SigningKey ada = SigningKey.generate();
  private final SigningKey sam = SigningKey.generate();
  private final SigningKey sue = SigningKey.generate();
  private final RecipientKey recipient = RecipientKey.generate();
  private final RootKey rootKey;
  private final Map<String, Long> wrapped = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new ArrayList<>();

  /** Runs instead of the usual answer. */
  volatile Listener.Handler beforeLog = (_, _) -> {};

  /** Runs before the usual answer. */
  volatile Listener.Handler beforeWrap = (_, _) -> {};

  /** Runs when the key is wrapped and nobody knows yet. */
  volatile Listener.Handler afterWrap = (_, _) -> {};

  /** Runs before keyd gives a key for a plaintext copy. */
  volatile Listener.Handler beforeUnseal = (_, _) -> {};

  House(Path directory) throws IOException, BadInput {
    home = Files.createDirectory(directory.resolve("h"));
    source = Files.createDirectory(directory.resolve("source"));
    signer = directory.resolve("ada.key");
    ada.write(signer);
    sam.write(directory.resolve("sam.key"));
    rootKey = RootKey.create(directory.resolve("root.key"));
    root = writeTrustRoot();
  }

  private TrustRoot writeTrustRoot() throws IOException, BadInput {
    var process = SigningKey.generate().verifyingKey();
    List<Person> people =
        List.of(
            new Person("ada", Role.SYSTEM_ADMIN, ada.verifyingKey()),
            new Person("sam", Role.SECURITY_ADMIN, sam.verifyingKey()),
            new Person("sue", Role.SECURITY_ADMIN, sue.verifyingKey()));
    String keyd = recipient.recipient().hex();
    Json.Obj predicate =
        TrustRoot.predicate("test", 1, people, process, process, process, process, keyd);
    Statement statement =
        Statement.about("test", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    Envelope envelope = Envelope.sign(statement, ada, sam, sue);
    Files.write(home.resolve("trust-root.json"), envelope.toJson().canonical());
    return TrustRoot.parse(envelope);
  }

  void start() throws IOException, BadInput {
    listeners.add(
        Listener.open(
            home.resolve("run/keyd-seal/seal.sock"), Listener.Limits.DEFAULT, this::wrap));
    listeners.add(
        Listener.open(home.resolve("run/server/control.sock"), Listener.Limits.DEFAULT, this::log));
  }

  /** keyd's answer to papers that are good; that they are is KeydTest's matter. */
  private void unseal(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    beforeUnseal.answer(request, exchange);
    ApprovedOrder approved = ApprovedOrder.of(root.verify(Envelope.parse(request.object("order"))));
    Envelope signed = Envelope.parse(request.object("request"));
    UnsealRequest asked = UnsealRequest.parse(signed.statementBy(approved.holder().key()));
    UnsealOrder order = approved.order();
    byte[] context = DataKeys.context(order.model(), order.version(), order.manifest());
    try (Secret dataKey = rootKey.unwrap(request.base64("wrapped"), context)) {
      byte[] key =
          Recipient.fromHex(asked.recipient()).wrap(dataKey, DataKeys.unsealContext(signed.id()));
      exchange.ok(Json.obj().put("key", key).build());
    }
  }

  private void wrap(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    switch (request.string("op")) {
      case "draft" -> draft(request, exchange);
      case "resume" -> resume(request, exchange);
      case "unseal" -> unseal(request, exchange);
      default -> wrapNow(request, exchange);
    }
  }

  private void draft(Json.Obj request, Listener.Exchange exchange) throws BadInput, IOException {
    byte[] context =
        DataKeys.draftContext(
            request.string("model"), request.integer("version"), request.digest("signer"));
    try (Secret dataKey = recipient.unwrap(request.base64("key"), context)) {
      exchange.ok(Json.obj().put("draft", rootKey.wrap(dataKey, context)).build());
    }
  }

  private void resume(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    Envelope envelope = Envelope.parse(request.object("request"));
    SealResume resume = SealResume.parse(root.verify(envelope));
    if (wrapped.getOrDefault(resume.model(), 0L) >= resume.version()) {
      throw new Refusal("model", "version " + resume.version() + " is sealed");
    }
    byte[] context =
        DataKeys.draftContext(resume.model(), resume.version(), ada.verifyingKey().id());
    try (Secret dataKey = rootKey.unwrap(request.base64("draft"), context)) {
      byte[] key =
          Recipient.fromHex(resume.recipient())
              .wrap(dataKey, DataKeys.resumeContext(envelope.id()));
      exchange.ok(Json.obj().put("key", key).build());
    }
  }

  private void wrapNow(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    beforeWrap.answer(request, exchange);
    String model = request.only("op", "model", "version", "manifest", "key").string("model");
    long version = request.integer("version");
    if (wrapped.getOrDefault(model, 0L) >= version) {
      throw new Refusal("model", "version " + version + " is not above the last");
    }
    wrapped.put(model, version);
    afterWrap.answer(request, exchange);
    byte[] context = DataKeys.context(model, version, request.digest("manifest"));
    try (Secret dataKey = recipient.unwrap(request.base64("key"), context)) {
      exchange.ok(Json.obj().put("wrapped", rootKey.wrap(dataKey, context)).build());
    }
  }

  private void log(Json.Obj request, Listener.Exchange exchange)
      throws Refusal, BadInput, IOException {
    String op = request.string("op");
    if (!op.equals("seal.resume")) {
      beforeLog.answer(request, exchange);
      log.add(request);
    }
    exchange.ok(
        op.equals("unseal.intend") || op.equals("seal.resume")
            ? Json.obj().put("checkpoint", "c").put("proof", Json.obj().build()).build()
            : Json.obj().build());
  }

  Path file(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(source.resolve(name), bytes);
  }

  SealedModel open(long version) throws IOException, BadInput {
    return new Vault(home.resolve("vault")).open(new ModelName("tiny"), version, root);
  }

  /** Opens everything with the key that the root key unwraps. */
  void extract(SealedModel sealed, Path target) throws IOException, BadInput {
    byte[] context = DataKeys.context(sealed.model().value(), sealed.version(), sealed.manifest());
    try (Secret dataKey = rootKey.unwrap(sealed.wrapped(), context)) {
      sealed.extractTo(target, ModelKeys.of(dataKey), (_, _) -> {});
    }
  }

  /** An order for the sealed model, signed by these people; written to a file. */
  Path order(SealedModel sealed, Instant at, String... names) throws IOException {
    Statement statement =
        new UnsealOrder(
                "tiny",
                sealed.manifest(),
                sealed.version(),
                root.id(),
                ada.verifyingKey().id(),
                "a test",
                at,
                at.plusSeconds(3600),
                Nonce.fresh())
            .statement();
    Map<String, SigningKey> people = Map.of("ada", ada, "sam", sam, "sue", sue);
    SigningKey[] keys = Stream.of(names).map(people::get).toArray(SigningKey[]::new);
    Path file = signer.resolveSibling("order.json");
    return Files.write(file, Envelope.sign(statement, keys).toJson().canonical());
  }

  /** The sealer's other direction in a process of its own. */
  Process unsealer(Path output, Path order, Path target, String... prefix) throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(java("Unseal"));
    command.addAll(List.of("--home", home.toString(), "--order", order.toString()));
    command.addAll(List.of("--target", target.toString(), "--signer", signer.toString()));
    return start(command, output);
  }

  /** A sealer in a process of its own; what tests seal is noise, whatever its name says. */
  Process sealer(Path output, String... more) throws IOException {
    List<String> noise = new ArrayList<>(List.of("--allow", "content-mismatch"));
    noise.addAll(List.of(more));
    return strictSealer(output, noise.toArray(String[]::new));
  }

  /** A sealer that lets no finding pass. */
  Process strictSealer(Path output, String... more) throws IOException {
    List<String> command = java("Main");
    command.addAll(List.of("--home", home.toString(), "--source", source.toString()));
    command.addAll(List.of("--model", "tiny", "--signer", signer.toString()));
    command.addAll(List.of(more));
    return start(command, output);
  }

  private static List<String> java(String main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:-UsePerfData"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.sallyport.sealer." + main);
    return command;
  }

  private static Process start(List<String> command, Path output) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** The last line that a sealer wrote. */
  static Json.Obj result(Path output) throws IOException, BadInput {
    return Json.parseObject(Files.readAllLines(output).getLast().getBytes(UTF_8));
  }

  Digest digestOf(String name) throws IOException {
    return Digest.of(Files.readAllBytes(source.resolve(name)));
  }

  @Override
  public void close() throws IOException {
    for (Listener listener : listeners) {
      listener.close();
    }
    rootKey.close();
    recipient.close();
  }
}
