package dev.sallyport.tlog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The golden vectors {@code testdata/tlog/}: made by the model, so that other implementations can
 * be held against them. {@code -Dsallyport.golden=write} writes them anew.
 */
class GoldenTest {
  private static final String ORIGIN = "log.example/golden";
  private static final int[] SIZES = {1, 2, 3, 7, 8, 13};

  private final Model model = new Model(13);

  @Test
  void vectorsAreThoseOfTheModel() throws Exception {
    List<Json> cases = new ArrayList<>();
    for (int n : SIZES) {
      for (int m : SIZES) {
        if (m <= n) {
          inclusion(m - 1, n, cases);
          consistency(m, n, cases);
        }
      }
    }
    requireSame("proofs.json", Json.obj().put("cases", Json.arr(cases)).build());
  }

  @Test
  void everyProofIsAcceptedOrRefusedAsTheVectorsSay() throws Exception {
    for (Json.Obj c : read("proofs.json").objects("cases")) {
      List<Digest> hashes = new ArrayList<>();
      for (String hash : c.strings("hashes")) {
        hashes.add(Digest.parse(hash));
      }
      assertEquals(c.bool("valid"), verifies(c, hashes), Json.toString(c));
    }
  }

  @Test
  void notesAreThoseOfTheModel() throws Exception {
    KeyPair logPair = fixed(1);
    KeyPair witnessPair = fixed(2);
    LogKey log = LogKey.of(ORIGIN, Model.raw(logPair));
    WitnessKey witness = WitnessKey.of(ORIGIN, Model.raw(witnessPair));
    Instant time = Instant.parse("2026-11-01T00:00:00Z");
    String text = new Checkpoint(ORIGIN, 13, model.root(13)).text();
    String signed = log.signatureLine(Model.sign(logPair, log.message(text)));
    String cosigned =
        witness.signatureLine(time, Model.sign(witnessPair, witness.message(time, text)));
    String bare = witness.signatureLine(time, Model.sign(witnessPair, log.message(text)));
    List<Json> cases = new ArrayList<>();
    note(cases, "cosigned", text + "\n" + signed + cosigned, true);
    note(cases, "no cosignature", text + "\n" + signed, false);
    note(cases, "no log signature", text + "\n" + cosigned, false);
    note(cases, "another size", text.replace("13", "14") + "\n" + signed + cosigned, false);
    note(cases, "cosignature twice", text + "\n" + signed + cosigned + cosigned, false);
    note(cases, "cosignature over the bare text", text + "\n" + signed + bare, false);
    requireSame(
        "notes.json",
        Json.obj()
            .put("log", log.vkey())
            .put("witness", witness.vkey())
            .put("cases", Json.arr(cases))
            .build());
  }

  @Test
  void everyNoteIsAcceptedOrRefusedAsTheVectorsSay() throws Exception {
    Json.Obj vectors = read("notes.json");
    LogKey log = LogKey.parse(vectors.string("log"));
    WitnessKey witness = WitnessKey.parse(vectors.string("witness"));
    for (Json.Obj c : vectors.objects("cases")) {
      boolean accepted;
      try {
        accepted = UnverifiedCheckpoint.parse(c.string("note")).verify(log, witness).size() == 13;
      } catch (BadInput e) {
        accepted = false;
      }
      assertEquals(c.bool("valid"), accepted, c.string("what"));
    }
  }

  private static void note(List<Json> cases, String what, String note, boolean valid) {
    cases.add(Json.obj().put("what", what).put("note", note).put("valid", valid).build());
  }

  private void inclusion(int index, int size, List<Json> cases) {
    Json.Builder start = Json.obj().put("index", index).put("size", size);
    Digest leaf = Merkle.leafHash(model.leaves.get(index));
    Json.Obj head = start.put("leaf", leaf).put("root", model.root(size)).build();
    addVariants(head, model.path(index, size), cases);
  }

  private void consistency(int from, int to, List<Json> cases) {
    Json.Builder start = Json.obj().put("old", from).put("size", to);
    Json.Obj head = start.put("oldRoot", model.root(from)).put("root", model.root(to)).build();
    addVariants(head, model.proof(from, to), cases);
  }

  /** The proof as it is, with one hash more, and with one hash less or another. */
  private static void addVariants(Json.Obj head, List<Digest> proof, List<Json> cases) {
    cases.add(variant(head, proof, true));
    List<Digest> longer = new ArrayList<>(proof);
    longer.add(Digest.of("one too many"));
    cases.add(variant(head, longer, false));
    if (!proof.isEmpty()) {
      cases.add(variant(head, proof.subList(1, proof.size()), false));
      List<Digest> other = new ArrayList<>(proof);
      other.set(proof.size() - 1, Digest.of("another"));
      cases.add(variant(head, other, false));
    }
  }

  private static Json variant(Json.Obj head, List<Digest> hashes, boolean valid) {
    Json.Builder out = Json.obj();
    head.members().forEach(out::put);
    return out.put("hashes", Json.strings(hashes.stream().map(Digest::toString).toList()))
        .put("valid", valid)
        .build();
  }

  private static boolean verifies(Json.Obj c, List<Digest> hashes) throws BadInput {
    long size = c.integer("size");
    Digest root = c.digest("root");
    boolean inclusion = c.find("index").isPresent();
    Digest other = c.digest(inclusion ? "leaf" : "oldRoot");
    try {
      if (inclusion) {
        new InclusionProof(c.integer("index"), size, hashes).verify(other, root);
      } else {
        new ConsistencyProof(c.integer("old"), size, hashes).verify(other, root);
      }
      return true;
    } catch (BadInput e) {
      return false;
    }
  }

  /** A key pair whose 32 secret bytes are all the same. For vectors only. */
  private static KeyPair fixed(int value) throws Exception {
    SecureRandom constant =
        new SecureRandom() {
          private static final long serialVersionUID = 1L;

          @Override
          public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) value);
          }
        };
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(NamedParameterSpec.ED25519, constant);
    return generator.generateKeyPair();
  }

  private static Json.Obj read(String name) throws Exception {
    return Json.parseObject(Files.readAllBytes(file(name)));
  }

  private static void requireSame(String name, Json.Obj made) throws Exception {
    if ("write".equals(System.getProperty("sallyport.golden"))) {
      Files.createDirectories(file(name).getParent());
      Files.write(file(name), made.canonical());
    }
    assertEquals(Json.toString(made), Json.toString(read(name)));
  }

  /** Tests run in the module's directory or in the root. */
  private static Path file(String name) {
    Path root = Files.exists(Path.of("spec")) ? Path.of("") : Path.of("..");
    return root.resolve("testdata/tlog").resolve(name);
  }
}
