package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sallyport model …} as a user types it. */
class ModelCommandsTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String model;

  @BeforeEach
  void makeModelAndKeys() throws Exception {
    model = Files.createDirectory(dir.resolve("model")).toString();
    Files.writeString(Path.of(model, "weights.bin"), "weights");
    assertEquals(0, run("model", "keygen", "--out", at("k")));
    assertEquals(0, run("model", "keygen", "--type", "ml-dsa-65", "--out", at("q")));
  }

  @Test
  void signsAndVerifiesAndSeesOneFileMore() throws Exception {
    assertEquals(0, sign("s"), err.toString(StandardCharsets.UTF_8));
    assertEquals(0, verify("s", "--key", at("k.pub")));
    Files.writeString(Path.of(model, "extra"), "x");
    out.reset();
    assertEquals(Exit.REFUSED.status(), verify("s", "--key", at("k.pub"), "--json"));
    Json.Obj said = Json.parseObject(out.toByteArray());
    assertEquals(List.of("not signed: extra"), said.strings("differences"));
    assertEquals(0, verify("s", "--key", at("k.pub"), "--ignore", "extra"));
  }

  @Test
  void anotherKeyIsARefusalAndAnUnreadableSignatureIsBadData() throws Exception {
    assertEquals(0, sign("s"));
    assertEquals(0, run("model", "keygen", "--type", "ec-p384", "--out", at("o")));
    assertEquals(Exit.REFUSED.status(), verify("s", "--key", at("o.pub")));
    Files.writeString(dir.resolve("broken"), "{}");
    assertEquals(Exit.DATA.status(), verify("broken", "--key", at("k.pub")));
    assertEquals(Exit.MISSING.status(), verify("absent", "--key", at("k.pub")));
  }

  @Test
  void demandsTheSecondSignatureWhenItsKeyIsGiven() throws Exception {
    assertEquals(0, sign("s", "--ml-dsa-key", at("q.pem")));
    assertEquals(0, verify("s", "--key", at("k.pub"), "--ml-dsa-key", at("q.pub")));
    Files.writeString(Path.of(model, "weights.bin"), "other");
    assertEquals(0, sign("t", "--ml-dsa-key", at("q.pem")));
    Files.delete(dir.resolve("t.ml-dsa"));
    Files.move(dir.resolve("s.ml-dsa"), dir.resolve("t.ml-dsa"));
    assertEquals(
        Exit.REFUSED.status(), verify("t", "--key", at("k.pub"), "--ml-dsa-key", at("q.pub")));
    Files.delete(dir.resolve("t.ml-dsa"));
    assertEquals(
        Exit.MISSING.status(), verify("t", "--key", at("k.pub"), "--ml-dsa-key", at("q.pub")));
  }

  @Test
  void passesOverASignatureThatLiesInTheModel() {
    String inside = Path.of(model, "model.sig").toString();
    assertEquals(0, run("model", "sign", model, "--key", at("k.pem"), "--out", inside));
    assertEquals(0, run("model", "verify", model, "--signature", inside, "--key", at("k.pub")));
  }

  @Test
  void overwritesNeitherKeysNorSignatures() throws Exception {
    assertEquals(0, sign("s"));
    assertEquals(Exit.EXISTS.status(), sign("s"));
    assertEquals(Exit.EXISTS.status(), run("model", "keygen", "--out", at("k")));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("k.pem"))));
  }

  @Test
  void demandsExactlyOneWayToBelieve() {
    assertEquals(0, sign("s"));
    assertEquals(Exit.USAGE.status(), verify("s"));
    assertEquals(Exit.USAGE.status(), verify("s", "--trusted-root", at("k.pub")));
    assertEquals(Exit.USAGE.status(), verify("s", "--key", at("k.pub"), "--identity", "x"));
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("go with --trusted-root"));
  }

  private int sign(String name, String... more) {
    return runWith(List.of("model", "sign", model, "--key", at("k.pem"), "--out", at(name)), more);
  }

  private int verify(String name, String... more) {
    return runWith(List.of("model", "verify", model, "--signature", at(name)), more);
  }

  private int runWith(List<String> first, String... more) {
    var all = new java.util.ArrayList<>(first);
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private String at(String name) {
    return dir.resolve(name).toString();
  }

  private int run(String... args) {
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new ByteArrayInputStream(new byte[0]),
            dir.resolve("home"));
    return new Cli(session).run(args);
  }
}
