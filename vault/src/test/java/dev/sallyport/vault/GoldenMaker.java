package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.CarryKey;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes {@code testdata/vault/golden.json} anew, when the format changes: {@code java -cp …
 * dev.sallyport.vault.GoldenMaker}. Keys in it are for tests alone. What it writes is to be read
 * before it is committed.
 */
final class GoldenMaker {
  private static final List<String[]> CASES =
      List.of(
          new String[] {"header is cut off", "1", "{\"cut\":\"model.json\",\"to\":500}"},
          new String[] {
            "header has another member",
            "1",
            "{\"edit\":\"{\\\"bundle\",\"to\":\"{\\\"also\\\":1,\\\"bundle\"}"
          },
          new String[] {
            "header is of another format",
            "1",
            "{\"edit\":\"sealed-model/v1\",\"to\":\"sealed-model/v2\"}"
          },
          new String[] {
            "segment length is unknown",
            "1",
            "{\"edit\":\"\\\"segment\\\":65536\",\"to\":\"\\\"segment\\\":65537\"}"
          },
          new String[] {
            "segment length is the other",
            "1",
            "{\"edit\":\"\\\"segment\\\":65536\",\"to\":\"\\\"segment\\\":1048576\"}"
          },
          new String[] {
            "name is not the signed one",
            "1",
            "{\"edit\":\"\\\"name\\\":\\\"b.bin\\\"\",\"to\":\"\\\"name\\\":\\\"c.bin\\\"\"}"
          },
          new String[] {
            "name leaves the directory",
            "1",
            "{\"edit\":\"\\\"name\\\":\\\"b.bin\\\"\",\"to\":\"\\\"name\\\":\\\"../b\\\"\"}"
          },
          new String[] {
            "version is another",
            "1",
            "{\"edit\":\"\\\"version\\\":1,\",\"to\":\"\\\"version\\\":3,\"}"
          },
          new String[] {"version is older than its place", "1", "{\"move\":\"3\"}"},
          new String[] {
            "size is another", "1", "{\"edit\":\"\\\"size\\\":9\",\"to\":\"\\\"size\\\":8\"}"
          },
          new String[] {
            "size is out of range", "1", "{\"edit\":\"\\\"size\\\":9\",\"to\":\"\\\"size\\\":-9\"}"
          },
          new String[] {
            "signature is another",
            "1",
            "{\"edit\":\"\\\"sig\\\":\\\"\",\"to\":\"\\\"sig\\\":\\\"AAAA\"}"
          },
          new String[] {
            "carry key without a carried file",
            "1",
            "{\"edit\":\"\\\"files\\\":\",\"to\":\"\\\"carry\\\":\\\"AAAA\\\",\\\"files\\\":\"}"
          },
          new String[] {
            "carried file of another version",
            "2",
            "{\"edit\":\"\\\"version\\\":1}\",\"to\":\"\\\"version\\\":2}\"}"
          },
          new String[] {"ciphertext is missing", "1", "{\"delete\":\"000002.floe\"}"},
          new String[] {"one file too many", "1", "{\"add\":\"000004.floe\"}"},
          new String[] {"ciphertext is a link", "1", "{\"link\":\"000002.floe\"}"},
          new String[] {"ciphertext is cut off", "1", "{\"cut\":\"000002.floe\",\"to\":65610}"},
          new String[] {"ciphertext is empty", "1", "{\"cut\":\"000001.floe\",\"to\":0}"},
          new String[] {"parameters are others", "1", "{\"flip\":\"000001.floe\",\"at\":3}"},
          new String[] {"IV is another", "1", "{\"flip\":\"000001.floe\",\"at\":12}"},
          new String[] {"header tag is another", "1", "{\"flip\":\"000001.floe\",\"at\":60}"},
          new String[] {
            "length field of an inner segment", "1", "{\"flip\":\"000002.floe\",\"at\":74}"
          },
          new String[] {"nonce of an inner segment", "1", "{\"flip\":\"000002.floe\",\"at\":80}"},
          new String[] {"byte of an inner segment", "1", "{\"flip\":\"000002.floe\",\"at\":5000}"},
          new String[] {"byte of the last segment", "1", "{\"flip\":\"000002.floe\",\"at\":65700}"},
          new String[] {"byte of a carried file", "2", "{\"flip\":\"000002.floe\",\"at\":5000}"},
          new String[] {
            "two ciphertexts of one length are swapped",
            "1",
            "{\"swap\":\"000001.floe\",\"with\":\"000003.floe\"}"
          });

  private GoldenMaker() {}

  public static void main(String[] args) throws Exception {
    Path dir = Files.createTempDirectory("golden");
    try (House house = new House(dir)) {
      house.file("a.json", 9);
      house.file("b.bin", 70_000);
      house.file("d.bin", 9);
      Json.Builder sealed = Json.obj();
      Json.Builder plain = Json.obj();
      Json.Builder keys = Json.obj();
      byte[] first = random();
      seal(house, first, new byte[0], "1", first, sealed, plain);
      keys.put("1", Json.obj().put("data", hex(first)).build());
      house.file("a.json", 10);
      byte[] second = random();
      byte[] carry = random();
      seal(house, second, carry, "2", first, sealed, plain);
      keys.put("2", Json.obj().put("data", hex(second)).put("carry", hex(carry)).build());
      Json.Builder all =
          Json.obj()
              .put("note", "sealed models of format v1 for tests; no key in here protects anything")
              .put("trustRoot", Envelope.sign(house.rootStatement, house.ada, house.sam).toJson())
              .put("keys", keys.build())
              .put("plain", plain.build())
              .put("sealed", sealed.build());
      Golden golden = Golden.of(all.build());
      List<Json> cases = new ArrayList<>();
      for (String[] c : CASES) {
        cases.add(one(golden, Files.createTempDirectory(dir, "case"), c));
      }
      String text = Json.toString(all.put("cases", Json.arr(cases)).build());
      Files.writeString(Golden.FILE, text + "\n");
    }
  }

  private static Json one(Golden golden, Path dir, String[] c) throws Exception {
    long version = Long.parseLong(c[1]);
    Json.Obj change = Json.parse(c[2]).asObject("change");
    Path directory = Golden.change(golden.write(dir.resolve("vault"), version), change);
    String error;
    try {
      error = "OPENS: " + golden.open(directory, version, Files.createDirectory(dir.resolve("t")));
    } catch (BadInput e) {
      error = String.valueOf(e.getMessage());
    } catch (IOException e) {
      error = "IO: " + e;
    }
    System.out.println(c[0] + " -> " + error);
    return Json.obj()
        .put("name", c[0])
        .put("version", version)
        .put("change", change)
        .put("error", error)
        .build();
  }

  private static void seal(
      House house,
      byte[] data,
      byte[] carry,
      String version,
      byte[] base,
      Json.Builder sealed,
      Json.Builder plain)
      throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty());
        Secret dataKey = Secret.take(data.clone())) {
      var draft =
          staging.seal(
              Source.scan(house.source),
              dataKey,
              house.ada,
              FloeParams.SMALL,
              staging.base(house.root),
              (_, _) -> {});
      SealedModel model =
          staging.publish(draft.finish(wrapped(draft, carry, base), house.root), house.root);
      Path directory = house.vault.path(House.MODEL, model.version());
      Json.Builder files = Json.obj();
      try (var list = Files.list(directory)) {
        for (Path file : list.sorted().toList()) {
          files.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
      sealed.put(version, files.build());
      Json.Builder contents = Json.obj();
      for (SealedFile file : model.files()) {
        contents.put(file.name(), file.digest());
      }
      plain.put(version, contents.build());
    }
  }

  private static WrappedKeys wrapped(Staging.Draft draft, byte[] carry, byte[] base)
      throws BadInput {
    if (draft.reuse().isEmpty()) {
      return WrappedKeys.of(House.WRAPPED);
    }
    List<String> carried = new ArrayList<>();
    try (CarryKey under = new CarryKey(Secret.take(carry.clone()));
        ModelKeys before = ModelKeys.of(Secret.take(base.clone()))) {
      for (Map.Entry<Integer, SealedFile> file : draft.reuse().get().files().entrySet()) {
        try (Secret key = before.fileKey(file.getValue())) {
          byte[] context = DataKeys.carriedContext(file.getKey(), file.getValue().name());
          carried.add(Base64.getEncoder().encodeToString(under.wrap(key, context)));
        }
      }
    }
    return new WrappedKeys("AQID", Optional.of("AQID"), carried);
  }

  private static byte[] random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
