package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** External probes of proof verification, read where they are present. */
class ProbeTest {
  @Test
  void agreesOnEveryInclusionProbe() throws Exception {
    for (Path file : probes("inclusion")) {
      Json.Obj probe = read(file);
      boolean refused =
          refuses(() ->
              new InclusionProof(number(probe, "leafIdx"), number(probe, "treeSize"), proof(probe))
                  .verify(digest(probe.string("leafHash")), digest(probe.string("root"))));
      assertEquals(probe.bool("wantErr"), refused, file.toString());
    }
  }

  @Test
  void agreesOnEveryConsistencyProbe() throws Exception {
    for (Path file : probes("consistency")) {
      Json.Obj probe = read(file);
      boolean refused =
          refuses(() ->
              new ConsistencyProof(number(probe, "size1"), number(probe, "size2"), proof(probe))
                  .verify(digest(probe.string("root1")), digest(probe.string("root2"))));
      assertEquals(probe.bool("wantErr"), refused, file.toString());
    }
  }

  /** Probes hold unsigned 64-bit numbers, which I-JSON has not; they are read as strings. */
  private static Json.Obj read(Path file) throws Exception {
    String text = Files.readString(file).replaceAll("(\": *)([0-9]+)", "$1\"$2\"");
    return Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long number(Json.Obj probe, String name) throws BadInput {
    return Long.parseUnsignedLong(probe.string(name));
  }

  private interface Check {
    void run() throws BadInput;
  }

  private static boolean refuses(Check check) {
    try {
      check.run();
      return false;
    } catch (BadInput e) {
      return true;
    }
  }

  private static List<Digest> proof(Json.Obj probe) throws BadInput {
    List<Digest> out = new ArrayList<>();
    if (probe.need("proof") instanceof Json.Arr) {
      for (String hash : probe.strings("proof")) {
        out.add(digest(hash));
      }
    }
    return out;
  }

  private static Digest digest(String base64) throws BadInput {
    return Digest.fromBytes(Base64.getDecoder().decode(base64));
  }

  private static List<Path> probes(String kind) throws Exception {
    Path dir = vectors().resolve("merkle").resolve(kind);
    assumeTrue(Files.isDirectory(dir), "skipped: external vectors are not present");
    try (Stream<Path> files = Files.walk(dir)) {
      List<Path> probes = files.filter(f -> f.toString().endsWith(".json")).toList();
      assertTrue(probes.size() > 1, "no probes");
      return probes;
    }
  }

  /** {@code shared/vectors} beside the checkout. */
  private static Path vectors() {
    Path dir = Path.of("").toAbsolutePath();
    while (dir != null && !Files.isDirectory(dir.resolve("shared/vectors"))) {
      dir = dir.getParent();
    }
    return dir == null ? Path.of("absent") : dir.resolve("shared/vectors");
  }
}
