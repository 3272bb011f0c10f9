package dev.sallyport.it;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A throw-away installation driven through the real {@code ./sallyport}. Closing it stops what it
 * started and removes its directory. One thread at a time.
 */
final class Installation implements AutoCloseable {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final String MODEL = "tiny";
  private static final int LIMIT_SECONDS = 90;

  private final Path dir;
  private final Map<String, String> environment = new TreeMap<>();
  private Optional<Process> up = Optional.empty();
  private String url = "";

  /** What a command did. */
  record Ran(int exit, String out, String err) {
    Json.Obj json() throws BadInput {
      return Json.parse(out).asObject("output");
    }

    Json.Obj ok() throws BadInput {
      if (exit != 0) {
        throw new AssertionError("exit " + exit + ", out: " + out + ", err: " + err);
      }
      return json();
    }
  }

  private Installation(Path dir) {
    this.dir = dir;
    environment.put("SALLYPORT_NO_BUILD", "1");
  }

  /** An empty place; nothing is initialised yet. */
  static Installation empty() throws IOException {
    return new Installation(Files.createTempDirectory(Path.of("/tmp"), "sp-it-"));
  }

  /** After the key ceremony, with the shipped policy but for the week between audiences. */
  static Installation initialised() throws Exception {
    return initialised("");
  }

  /** The same with more members of the policy, such as {@code "attestation": […]}. */
  static Installation initialised(String members) throws Exception {
    Installation made = empty();
    Path shipped = ROOT.resolve("release/src/main/resources/dev/sallyport/release/policy.json");
    String policy =
        Files.readString(shipped).replace("\"dwellSeconds\": 604800", "\"dwellSeconds\": 0");
    if (!members.isEmpty()) {
      policy = policy.replaceFirst("\\{", "{" + members + ",");
    }
    Path file = Files.writeString(made.dir.resolve("policy.json"), policy);
    made.run("init", "--port", "0", "--policy", file.toString()).ok();
    return made;
  }

  Path dir() {
    return dir;
  }

  Path home() {
    return dir.resolve("home");
  }

  Map<String, String> environment() {
    return environment;
  }

  static Path model() {
    return ROOT.resolve("testdata/models/tiny-stories.gguf");
  }

  /** Runs {@code sallyport ARGUMENTS --home … --json}. */
  Ran run(String... arguments) throws IOException, InterruptedException {
    return finish(start(arguments), String.join(" ", arguments));
  }

  /** Runs any command with this installation's environment. */
  Ran shell(String... command) throws IOException, InterruptedException {
    return finish(builder(List.of(command)).start(), command[0]);
  }

  private static Ran finish(Process process, String what) throws IOException, InterruptedException {
    process.getOutputStream().close();
    StringBuilder err = new StringBuilder();
    Thread drain = Thread.ofVirtual().start(() -> err.append(text(process.getErrorStream())));
    String out = text(process.getInputStream());
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(what + ": no end within " + LIMIT_SECONDS + " s");
    }
    drain.join();
    return new Ran(process.exitValue(), out, err.toString());
  }

  /** Starts {@code up} and waits for its ready line. */
  Process up(String... more) throws IOException, InterruptedException, BadInput {
    List<String> command = new ArrayList<>(List.of("up"));
    command.addAll(List.of(more));
    Process process = start(command.toArray(new String[0]));
    up = Optional.of(process);
    StringBuilder err = new StringBuilder();
    Thread.ofVirtual().start(() -> err.append(text(process.getErrorStream())));
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("\"ready\"")) {
        url = Json.parse(line).asObject("ready line").string("url");
        Thread.ofVirtual().start(() -> text(process.getInputStream()));
        return process;
      }
    }
    throw new AssertionError("up ended with " + process.waitFor() + " before ready: " + err);
  }

  /** Where the API is, without a path. */
  String url() {
    return url;
  }

  Process upProcess() {
    return up.orElseThrow();
  }

  /** SIGTERM, then waits for the graceful end; returns the exit status. */
  int stopUp() throws InterruptedException {
    Process process = up.orElseThrow();
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("up did not stop within 30 s of SIGTERM");
    }
    up = Optional.empty();
    return process.exitValue();
  }

  Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("sallyport").toString()));
    command.addAll(List.of(arguments));
    int end = command.indexOf("--");
    command.addAll(end < 0 ? command.size() : end, List.of("--home", home() + "", "--json"));
    return builder(command).start();
  }

  private ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private static String text(InputStream in) {
    try (in) {
      String text = new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8);
      in.transferTo(OutputStream.nullOutputStream());
      return text;
    } catch (IOException closed) {
      return "(output ended: " + closed.getMessage() + ")";
    }
  }

  /** Seals the shipped model. */
  Json.Obj seal() throws Exception {
    return run("seal", model().toString(), "--model", MODEL, "--as", "sysadmin").ok();
  }

  /** Adds benign evidence for every area and the controls that LIMITED asks for. */
  void evidence() throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    for (String area :
        List.of(
            "cyber-offense",
            "biological-chemical",
            "persuasion-manipulation",
            "uncontrolled-ai-rd",
            "deception-scheming",
            "self-replication",
            "collusion")) {
      Json.Obj result =
          Json.obj()
              .put("value", "12/400")
              .put("samples", 400)
              .put("observed", now)
              .put("validUntil", now.plus(30, ChronoUnit.DAYS))
              .build();
      Path file = Files.write(dir.resolve(area + ".json"), result.canonical());
      run(
              "evidence",
              "import",
              file.toString(),
              "--format",
              "plain",
              "--model",
              MODEL,
              "--area",
              area,
              "--as",
              "assessor1")
          .ok();
    }
    control("weights-sealed", "assessment").ok();
    control("log-witnessed", "assessment").ok();
    control("isolation-drill", "drill").ok();
    control("abuse-monitoring", "assessment").ok();
    control("incident-plan", "drill").ok();
  }

  /** An assessor says that the control holds for the model. */
  Ran control(String id, String kind) throws Exception {
    return run(
        "evidence", "add", "--model", MODEL, "--control", id, "--kind", kind, "--as", "assessor1");
  }

  /** Requests and approves a release for LIMITED; returns its id. */
  String release() throws Exception {
    String id =
        run("release", "request", MODEL, "--audience", "limited", "--as", "sysadmin")
            .ok()
            .string("release");
    run("release", "approve", id, "--as", "sec1", "--yes").ok();
    run("release", "approve", id, "--as", "sec2", "--yes").ok();
    return id;
  }

  Json.Obj status() throws Exception {
    return run("status").ok();
  }

  /** Whether all three daemons answer. */
  boolean isUp() throws Exception {
    Ran ran = run("status");
    return ran.exit() == 0
        && ran.json().object("keyd").bool("up")
        && ran.json().object("keeper").bool("up");
  }

  @Override
  public void close() throws Exception {
    if (up.isPresent() && up.get().isAlive()) {
      List<ProcessHandle> all = up.get().descendants().toList();
      up.get().destroy();
      if (!up.get().waitFor(20, TimeUnit.SECONDS)) {
        all.forEach(ProcessHandle::destroyForcibly);
        up.get().destroyForcibly().waitFor();
      }
    }
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(dir)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
