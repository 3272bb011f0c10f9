package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Listener;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.Statement;
import dev.sallyport.keys.TrustRoot;
import dev.sallyport.keys.UnsealOrder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An order on its way from person to person. */
class UnsealOrderCommandsTest {
  @TempDir Path dir;
  private Path home;
  private Path order;
  private Listener server;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String typed = "";

  @BeforeEach
  void installation() throws Exception {
    home = Files.createDirectory(dir.resolve("h"));
    order = dir.resolve("order.json");
    Files.createDirectories(home.resolve("people"));
    List<Person> people = new ArrayList<>();
    List<SigningKey> keys = new ArrayList<>();
    for (String person :
        List.of("ada:system-admin", "sam:security-admin", "sue:security-admin", "eve:assessor")) {
      String[] parts = person.split(":", -1);
      SigningKey key = SigningKey.generate();
      key.write(home.resolve("people/" + parts[0] + ".key"));
      keys.add(key);
      people.add(new Person(parts[0], Role.parse(parts[1]), key.verifyingKey()));
    }
    var process = SigningKey.generate().verifyingKey();
    Json.Obj predicate =
        TrustRoot.predicate("test", 1, people, process, process, process, process, "00");
    Statement statement =
        Statement.about("test", predicate.digest(), TrustRoot.PREDICATE_TYPE, predicate);
    Envelope root = Envelope.sign(statement, keys.toArray(SigningKey[]::new));
    Files.write(home.resolve("trust-root.json"), root.toJson().canonical());
    server =
        Listener.open(
            home.resolve("run/server/control.sock"),
            Listener.Limits.DEFAULT,
            (request, exchange) ->
                exchange.ok(
                    Json.obj()
                        .put("model", request.string("model"))
                        .put("version", 3)
                        .put("manifest", Digest.of("manifest"))
                        .build()));
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private int run(String... args) {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("unseal"));
    all.addAll(List.of(args));
    all.addAll(List.of("--home", home.toString()));
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
            dir.resolve("default-home"));
    return new Cli(session).run(all.toArray(String[]::new));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private int request(String who, String span, String reason) {
    return run(
        "request", "tiny", "--reason", reason, "--for", span, "--as", who, "--out", order + "");
  }

  private int approve(String who, String... more) {
    List<String> args = new ArrayList<>(List.of("approve", order + "", "--as", who));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private Json.Obj show() throws Exception {
    assertEquals(0, run("show", order + "", "--json"), this::err);
    return Json.parseObject(out.toByteArray());
  }

  @Test
  void threePeopleMakeAnOrderComplete() throws Exception {
    assertEquals(0, request("ada", "2h", "copy for the regulator"), this::err);
    assertTrue(out().contains("PLAINTEXT   of tiny version 3"), out());
    assertTrue(out().contains("reason      copy for the regulator"), out());
    assertTrue(out().contains("missing     signed by 0 security administrators"), out());
    Digest id = show().digest("order");
    assertFalse(show().bool("complete"));
    assertEquals(0, approve("sam", "--yes"), this::err);
    assertTrue(out().contains("signed      by ada, system-admin"), out());
    assertFalse(show().bool("complete"));
    assertEquals(0, approve("sue", "--yes"), this::err);
    assertTrue(out().contains("complete"), out());
    assertTrue(show().bool("complete"));
    assertEquals(id, show().digest("order"), "signatures do not change what was signed");
    assertEquals(3, show().array("signed").size());
    assertFalse(Files.exists(dir.resolve("order.json.new")));
  }

  @Test
  void approvingShowsTheOrderAndAsks() throws Exception {
    request("ada", "2h", "copy for the regulator");
    assertEquals(1, approve("sam"));
    assertTrue(out().contains("copy for the regulator"), out());
    assertTrue(err().contains("nothing was signed"), err());
    assertEquals(1, show().array("signed").size());
    typed = "yes\n";
    assertEquals(0, approve("sam"), this::err);
    assertEquals(2, show().array("signed").size());
  }

  @Test
  void onlySecurityAdministratorsApproveAndEachOnce() {
    request("ada", "1h", "why");
    assertEquals(1, approve("ada", "--yes"));
    assertEquals(1, approve("eve", "--yes"));
    assertTrue(err().contains("a security-admin approves"), err());
    assertEquals(0, approve("sam", "--yes"));
    assertEquals(1, approve("sam", "--yes"));
    assertTrue(err().contains("sam has signed it already"), err());
  }

  @Test
  void onlyASystemAdministratorAsks() {
    assertEquals(1, request("sam", "1h", "why"));
    assertFalse(Files.exists(order));
  }

  @ParameterizedTest
  @CsvSource({"25h, why", "0h, why", "1d, why", "1h, ' '", "-1h, why", "1h, a\tb"})
  void aWindowOrAReasonThatIsNoneIsAMistakeOfUse(String span, String reason) {
    assertEquals(64, request("ada", span, reason), this::err);
    assertEquals(1, err().lines().count(), err());
    assertFalse(Files.exists(order));
  }

  @Test
  void neverWritesOverAnotherFile() throws Exception {
    Files.writeString(order, "mine");
    assertEquals(73, request("ada", "1h", "why"));
    assertEquals("mine", Files.readString(order));
  }

  @Test
  void anOrderThatWasAlteredIsNeitherShownNorApproved() throws Exception {
    request("ada", "1h", "why");
    Envelope envelope = Envelope.parse(Files.readAllBytes(order));
    UnsealOrder signed = UnsealOrder.parse(envelope.unverifiedStatement());
    byte[] other =
        new UnsealOrder(
                "other",
                signed.manifest(),
                signed.version(),
                signed.trustRoot(),
                signed.holder(),
                signed.reason(),
                signed.at(),
                signed.notAfter(),
                signed.nonce())
            .statement()
            .payload();
    Json altered =
        Json.obj()
            .put("payloadType", envelope.toJson().string("payloadType"))
            .put("payload", other)
            .put("signatures", envelope.toJson().need("signatures"))
            .build();
    Files.writeString(order, Json.toString(altered));
    assertEquals(65, run("show", order + ""));
    assertEquals(65, approve("sam", "--yes"));
    assertFalse(out().contains("other"), out());
    Files.writeString(order, "{}");
    assertEquals(65, run("show", order + ""));
    assertEquals(1, err().lines().count(), err());
    assertEquals(66, run("show", dir.resolve("none") + ""));
  }

  @Test
  void anIncompleteOrderIsNotRun() {
    request("ada", "1h", "why");
    approve("sam", "--yes");
    Path to = dir.resolve("copy");
    assertEquals(1, run("run", order + "", "--to", to + "", "--as", "ada"));
    assertTrue(err().contains("2 are needed"), err());
    assertFalse(Files.exists(to));
  }

  @Test
  void aCopyNeverLiesInTheInstallation() throws Exception {
    Home installation = new Home(home);
    PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    for (Path inside : List.of(home, home.resolve("copy"), home.resolve("run/server/x"))) {
      assertThrows(Failure.class, () -> CopyTarget.prepare(installation, inside, none));
    }
    Path link = Files.createSymbolicLink(dir.resolve("link"), home);
    assertThrows(Failure.class, () -> CopyTarget.prepare(installation, link.resolve("copy"), none));
    assertThrows(Failure.class, () -> CopyTarget.prepare(installation, link, none));
    assertFalse(Files.exists(home.resolve("copy")));
  }

  @Test
  void aTargetThatIsNotKeptIsEmptiedAgain() throws Exception {
    Home installation = new Home(home);
    PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Path fresh = dir.resolve("fresh");
    try (CopyTarget target = CopyTarget.prepare(installation, fresh, none)) {
      assertEquals("rwx------", mode(target.directory()));
      Files.createDirectories(target.directory().resolve(".unsealing-x/sub"));
      Files.writeString(target.directory().resolve(".unsealing-x/sub/half"), "plaintext");
    }
    assertFalse(Files.exists(fresh));
    Path mine =
        Files.createDirectory(
            dir.resolve("mine"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (CopyTarget target = CopyTarget.prepare(installation, mine, none)) {
      Files.writeString(target.directory().resolve("half"), "plaintext");
    }
    assertTrue(Files.isDirectory(mine));
    assertFalse(Files.exists(mine.resolve("half")));
    try (CopyTarget target = CopyTarget.prepare(installation, mine, none)) {
      Files.writeString(target.directory().resolve("whole"), "plaintext");
      target.keep();
    }
    assertTrue(Files.exists(mine.resolve("whole")));
    assertThrows(Failure.class, () -> CopyTarget.prepare(installation, mine, none));
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
