package dev.sallyport.cli;

import dev.sallyport.cli.DemoStage.DemoFailure;
import dev.sallyport.cli.DemoStage.Ran;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.release.Defaults;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The main job, step by step, against the real programs; each step returns what was seen. */
final class DemoScript {
  private static final String MODEL = "tiny";
  private static final List<String> AREAS =
      List.of(
          "cyber-offense",
          "biological-chemical",
          "persuasion-manipulation",
          "uncontrolled-ai-rd",
          "deception-scheming",
          "self-replication",
          "collusion");

  /** Each control and how the assessor looked at it. */
  private static final Map<String, String> CONTROLS =
      Map.of(
          "weights-sealed", "assessment",
          "log-witnessed", "assessment",
          "isolation-drill", "drill",
          "abuse-monitoring", "assessment",
          "incident-plan", "drill");

  private final DemoStage stage;
  private final Path source;
  private final Traces traces;
  private final Needles needles;
  private @Nullable ApiClient client;
  private @Nullable Process supervisor;
  private String release = "";
  private String aliceKey = "";

  DemoScript(DemoStage stage, Path source) throws IOException, BadInput {
    this.stage = stage;
    this.source = source;
    this.needles = Needles.of(source, 24, 20261101L);
    this.traces = new Traces(needles, Instant.now());
  }

  /** One step: what is done, what it proves, and how. */
  record Step(String name, String proves, Action action) {}

  /** Does a step and says what was seen, or throws. */
  interface Action {
    String run() throws IOException, InterruptedException, BadInput, DemoFailure;
  }

  List<Step> steps() {
    return List.of(
        new Step("init", "people, roles and keys exist; no default password does", this::init),
        new Step("up", "keyd, server and keeper run, each behind its own door", this::start),
        new Step("seal", "the model is hashed, encrypted and signed in one pass", this::seal),
        new Step(
            "evidence", "the zone comes from signed evidence, not from a form", this::evidence),
        new Step("request", "an approval is missing, so there is no key", this::request),
        new Step("approve", "the quorum of people makes the release active", this::approve),
        new Step("run", "keyd gave a lease; the model runs behind two doors", this::runModel),
        new Step("ask", "a vetted user gets a streamed answer from the model", this::ask),
        new Step("no key", "who does not say who they are gets nothing (401)", this::noKey),
        new Step("tier", "a tier beyond the release's audience gets nothing (403)", this::tier),
        new Step("field", "a field that leaks the model is refused (400)", this::field),
        new Step("quota", "nobody asks more than their share (429)", this::quota),
        new Step("disk", "no plaintext of the weights on any disk we wrote", this::disk),
        new Step("memory", "no weight in server or command line; all in the runtime", this::memory),
        new Step("outside", "outside the sandbox the weights have no path", this::outside),
        new Step("network", "from inside the runtime there is no way out", this::network),
        new Step("revoke", "approval withdrawn: runtime dead, no new lease", this::revoke),
        new Step("log", "every step above is in the log, and the log holds", this::log));
  }

  private String init() throws IOException, InterruptedException, BadInput, DemoFailure {
    // The shipped policy lets a model reach LIMITED after a week each at INTERNAL and partners.
    Json.Builder policy = Json.obj().put("dwellSeconds", 0);
    Defaults.policy()
        .members()
        .forEach((name, value) -> {
          if (!name.equals("dwellSeconds")) {
            policy.put(name, value);
          }
        });
    Path file = stage.directory().resolve("policy.json");
    Files.write(file, policy.build().canonical());
    Json.Obj made = stage.run("init", "--port", "0", "--policy", file.toString()).ok();
    return made.array("people").size() + " people hold keys; policy as shipped but without dwell";
  }

  private String start() throws IOException, InterruptedException, DemoFailure, BadInput {
    supervisor = stage.up();
    String url = stage.run("status").ok().string("url");
    client =
        new ApiClient(
            URI.create(url + "/v1/"), stage.installation().resolve("server/tls/cert.pem"));
    return url;
  }

  private String seal() throws IOException, InterruptedException, BadInput, DemoFailure {
    Json.Obj sealed =
        stage.run("seal", source.toString(), "--model", MODEL, "--as", "sysadmin").ok();
    return sealed.integer("bytes") + " bytes, manifest " + brief(sealed.string("manifest"));
  }

  private String evidence() throws IOException, InterruptedException, BadInput, DemoFailure {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    for (String area : AREAS) {
      Json.Obj result =
          Json.obj()
              .put("value", "12/400")
              .put("samples", 400)
              .put("observed", now)
              .put("validUntil", now.plus(30, ChronoUnit.DAYS))
              .build();
      Path file = stage.directory().resolve(area + ".json");
      Files.write(file, result.canonical());
      stage
          .run(
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
    for (Map.Entry<String, String> control : CONTROLS.entrySet()) {
      stage
          .run(
              "evidence",
              "add",
              "--model",
              MODEL,
              "--control",
              control.getKey(),
              "--kind",
              control.getValue(),
              "--as",
              "assessor1")
          .ok();
    }
    return AREAS.size() + " areas and " + CONTROLS.size() + " controls, signed by the assessor";
  }

  private String request() throws IOException, InterruptedException, BadInput, DemoFailure {
    Json.Obj asked =
        stage.run("release", "request", MODEL, "--audience", "limited", "--as", "sysadmin").ok();
    release = asked.string("release");
    stage.run("release", "approve", release, "--as", "sec1", "--yes").ok();
    Ran refused = stage.run("run", MODEL, "--as", "sysadmin");
    check(refused.exit() != 0, "the model ran although an approval was missing");
    return "zone " + asked.string("zone") + "; run refused: " + refused.err().strip();
  }

  private String approve() throws IOException, InterruptedException, BadInput, DemoFailure {
    stage.run("release", "approve", release, "--as", "sec2", "--yes").ok();
    String state = stage.run("release", "show", release).ok().string("state");
    check(state.equals("ACTIVE"), "release is " + state);
    return "release " + brief(release) + " is ACTIVE for LIMITED";
  }

  private String runModel() throws IOException, InterruptedException, BadInput, DemoFailure {
    Json.Obj running = stage.run("run", MODEL, "--as", "sysadmin").ok();
    return "lease until " + running.string("notAfter");
  }

  private String ask() throws IOException, InterruptedException, BadInput, DemoFailure {
    aliceKey = addPrincipal("alice", "limited");
    ApiClient.Streamed answer =
        api().stream("chat/completions", aliceKey, question().put("stream", true).build());
    check(answer.status() == 200 && answer.done(), "status " + answer.status());
    check(answer.chunks() > 1, "the answer came in " + answer.chunks() + " piece");
    check(answer.text().matches("(?s).*[a-z]{3,} [a-z]{2,}.*"), "no words in the answer");
    return "“" + answer.text().strip().replaceAll("\\s+", " ") + "”";
  }

  private String noKey() throws IOException, InterruptedException, DemoFailure {
    return refused("", question().build(), 401);
  }

  private String tier() throws IOException, InterruptedException, DemoFailure, BadInput {
    return refused(addPrincipal("bob", "public"), question().build(), 403);
  }

  private String field() throws IOException, InterruptedException, DemoFailure {
    return refused(aliceKey, question().put("logprobs", true).build(), 400);
  }

  private String quota() throws IOException, InterruptedException, DemoFailure, BadInput {
    String key = addPrincipal("carol", "limited", "--requests-per-minute", "1");
    ApiClient.Answer first = api().post("chat/completions", key, question().build());
    check(first.status() == 200, "the first request got " + first.status());
    return refused(key, question().build(), 429);
  }

  private String disk() throws IOException, DemoFailure {
    check(needles.in(source), "the search does not find what is there");
    List<Path> holders = traces.filesWithWeights(stage.directory());
    check(holders.isEmpty(), "plaintext weights in " + holders);
    return "searched the installation, the temporary directories and shared memory";
  }

  private String memory() throws IOException, DemoFailure {
    return traces.searchProcesses(up());
  }

  private String outside() throws IOException, InterruptedException, DemoFailure {
    return traces.tryFromOutside(up());
  }

  private String network() throws IOException, InterruptedException, BadInput, DemoFailure {
    Path probe = stage.probeDirectory().resolve("Probe.java");
    try (InputStream in =
        Objects.requireNonNull(DemoScript.class.getResourceAsStream("Probe.java.txt"))) {
      Files.copy(in, probe);
    }
    stage.run("stop", MODEL, "--as", "sysadmin").ok();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(java, probe.toString(), "{model}", "{socket}", Integer.toString(api().port()));
    String bind = stage.probeDirectory().toString();
    Ran unasked =
        stage.run(words(List.of("run", MODEL, "--as", "sysadmin", "--bind", bind), command));
    check(unasked.exit() != 0, "a command ran that nobody allowed");
    List<String> allow =
        List.of("commands", "allow", "--as", "sec1", "--as", "sec2", "--bind", bind);
    stage.run(words(allow, command)).ok();
    stage.run(words(List.of("run", MODEL, "--as", "sysadmin", "--bind", bind), command)).ok();
    String report = api().post("chat/completions", aliceKey, question().build()).body();
    check(report.contains("refused connect to the gateway"), "no report: " + report);
    check(!report.contains("ESCAPED"), report);
    return report.split("refused ", -1).length - 1 + " attempts, all refused";
  }

  private String revoke() throws IOException, InterruptedException, BadInput, DemoFailure {
    long start = System.nanoTime();
    stage.run("release", "withdraw", release, "--as", "sec2", "--reason", "demonstration").ok();
    while (Traces.runtime(up()).isPresent()) {
      check(System.nanoTime() - start < 10_000_000_000L, "the runtime still lives after 10 s");
      Thread.sleep(5);
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    check(millis < 2000, "the runtime lived for " + millis + " ms; limit 2000");
    refused(aliceKey, question().build(), 503);
    Ran again = stage.run("run", MODEL, "--as", "sysadmin");
    check(again.exit() != 0, "a new lease was given after the withdrawal");
    return "dead after " + millis + " ms (command included); next request 503; new lease refused";
  }

  private String log() throws IOException, InterruptedException, BadInput, DemoFailure {
    stage.run("down").ok();
    Json.Obj verified = stage.run("log", "verify").ok();
    return verified.integer("entries") + " entries verified with everything stopped";
  }

  private ApiClient api() {
    return Objects.requireNonNull(client, "internal error: asked before up");
  }

  private ProcessHandle up() {
    return Objects.requireNonNull(supervisor, "internal error: asked before up").toHandle();
  }

  private String addPrincipal(String name, String tier, String... more)
      throws IOException, InterruptedException, BadInput, DemoFailure {
    List<String> command =
        new ArrayList<>(
            List.of("principals", "add", name, "--tier", tier, "--vetting", "demonstration"));
    command.addAll(List.of(more));
    command.addAll(List.of("--as", "sysadmin"));
    return stage.run(command.toArray(String[]::new)).ok().string("key");
  }

  private String refused(String key, Json.Obj body, int status)
      throws IOException, InterruptedException, DemoFailure {
    ApiClient.Answer answer = api().post("chat/completions", key, body);
    check(answer.status() == status, "status " + answer.status() + ", not " + status);
    check(answer.code().isPresent(), "the refusal has no code");
    return status + " " + answer.code().get();
  }

  private static Json.Builder question() {
    Json.Obj message =
        Json.obj().put("role", "user").put("content", "Tell me about the gate.").build();
    return Json.obj()
        .put("model", MODEL)
        .put("messages", Json.arr(List.of(message)))
        .put("max_tokens", 40)
        .put("temperature", 0);
  }

  private static String[] words(List<String> sallyport, List<String> command) {
    List<String> all = new ArrayList<>(sallyport);
    all.add("--");
    all.addAll(command);
    return all.toArray(String[]::new);
  }

  private static void check(boolean holds, String otherwise) throws DemoFailure {
    if (!holds) {
      throw new DemoFailure(otherwise);
    }
  }

  private static String brief(String digest) {
    int start = digest.indexOf(':') + 1;
    return digest.substring(start, start + 12);
  }
}
