package dev.sallyport.custody;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What earlier versions wrapped still opens: testdata/custody/wrapping.json. */
class GoldenWrappingTest {
  private static final Path GOLDEN = Path.of("..", "testdata", "custody", "wrapping.json");

  @TempDir Path dir;

  @Test
  void opensWhatWasWrappedToARecipient() throws Exception {
    Json.Obj golden = Json.parseObject(Files.readAllBytes(GOLDEN));
    try (RecipientKey key = RecipientKey.ofSeed(Secret.take(hex(golden, "recipientSeed")));
        Secret data = key.unwrap(hex(golden, "toRecipient"), context(golden))) {
      assertArrayEquals(hex(golden, "dataKey"), data.use(byte[]::clone));
    }
  }

  @Test
  void opensWhatWasWrappedUnderARootKey() throws Exception {
    Json.Obj golden = Json.parseObject(Files.readAllBytes(GOLDEN));
    Path file = Files.write(dir.resolve("root.key"), hex(golden, "rootFile"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    try (RootKey root = RootKey.open(file);
        Secret data = root.unwrap(hex(golden, "underRoot"), context(golden))) {
      assertEquals(golden.string("rootKeyId"), root.keyId());
      assertArrayEquals(hex(golden, "dataKey"), data.use(byte[]::clone));
    }
  }

  private static byte[] context(Json.Obj golden) throws BadInput {
    return DataKeys.context("tiny", 3, Digest.of(golden.string("manifestOf")));
  }

  private static byte[] hex(Json.Obj golden, String name) throws BadInput {
    return HexFormat.of().parseHex(golden.string(name));
  }
}
