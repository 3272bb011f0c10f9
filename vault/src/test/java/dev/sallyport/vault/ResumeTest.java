package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.envelope.FloeParams;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealings that die half way, and what the next run makes of them. */
class ResumeTest {
  private static final int FIRST = 34 << 20;
  private static final byte[] DRAFT = {7, 7};

  @TempDir Path dir;
  private House house;

  /** Stands for a process that ends without a word: nothing tidies up after it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    house.file("1.safetensors", FIRST);
    house.file("2.safetensors", 3_000_000);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void goesOnBehindTheFilesThatWereFinished() throws Exception {
    String first = interrupted();
    SealedModel sealed = goOn();
    assertEquals(1, sealed.version());
    assertEquals(first, header(sealed.path(sealed.files().getFirst())));
    assertExtracts(sealed);
  }

  @Test
  void sealsAFileAnewThatChangedMeanwhile() throws Exception {
    String first = interrupted();
    byte[] changed = Files.readAllBytes(house.source.resolve("1.safetensors"));
    changed[5]++;
    Files.write(house.source.resolve("1.safetensors"), changed);
    SealedModel sealed = goOn();
    assertNotEquals(first, header(sealed.path(sealed.files().getFirst())));
    assertExtracts(sealed);
  }

  @Test
  void believesNoLineThatIsNotAuthentic() throws Exception {
    String first = interrupted();
    Path journal = staging().resolve(Finished.FILE);
    StringBuilder forged = new StringBuilder();
    for (String line : Files.readAllLines(journal)) {
      int at = line.indexOf("\"mac\":\"") + 7;
      forged.append(line, 0, at).append(line.charAt(at) == '0' ? '1' : '0');
      forged.append(line.substring(at + 1)).append('\n');
    }
    Files.writeString(journal, forged);
    SealedModel sealed = goOn();
    assertNotEquals(first, header(sealed.path(sealed.files().getFirst())));
    assertExtracts(sealed);
  }

  @Test
  void sealsAnewAFinishedFileThatWasCutShort() throws Exception {
    String first = interrupted();
    Path file = staging().resolve("000001.floe");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    SealedModel sealed = goOn();
    assertNotEquals(first, header(sealed.path(sealed.files().getFirst())));
    assertExtracts(sealed);
  }

  @Test
  void passesOverALineThatWasTorn() throws Exception {
    String first = interrupted();
    Path journal = staging().resolve(Finished.FILE);
    Files.writeString(journal, Files.readString(journal) + "{\"fact\":{\"ind");
    SealedModel sealed = goOn();
    assertEquals(first, header(sealed.path(sealed.files().getFirst())));
    assertExtracts(sealed);
  }

  @Test
  void doesNotGoOnWithoutItsKeyOrUnderAnotherNumber() throws Exception {
    interrupted();
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.of(9))) {
      assertTrue(staging.interrupted().isEmpty());
    }
    Files.delete(staging().resolve(".draft"));
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      assertTrue(staging.interrupted().isEmpty());
    }
  }

  @Test
  void leavesNoTraceOfTheInterruptionInWhatIsPublished() throws Exception {
    interrupted();
    SealedModel sealed = goOn();
    Path published = house.vault.path(House.MODEL, sealed.version());
    try (var files = Files.list(published)) {
      assertEquals(3, files.count());
    }
    assertThrows(IOException.class, () -> Files.readAllBytes(published.resolve(".draft")));
  }

  /** Seals until the first file is through; returns what identifies its ciphertext. */
  private String interrupted() throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      Source source = Source.scan(house.source);
      Staging.Begun begun = staging.begin(source);
      begun.keep(DRAFT);
      Progress killer =
          (done, _) -> {
            if (done > FIRST) {
              throw new Killed();
            }
          };
      assertThrows(Killed.class, () -> seal(staging, begun, killer));
    }
    return header(staging().resolve("000001.floe"));
  }

  private SealedModel goOn() throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      Staging.Begun begun = staging.interrupted().orElseThrow();
      assertArrayEquals(DRAFT, begun.draft());
      var draft = seal(staging, begun, (_, _) -> {});
      return staging.publish(draft.finish(House.WRAPPED, house.root), house.root);
    }
  }

  private Staging.Draft seal(Staging staging, Staging.Begun begun, Progress progress)
      throws IOException, BadInput {
    return staging.seal(
        begun,
        Source.scan(house.source),
        house.dataKey,
        house.ada,
        FloeParams.SEALED,
        Optional.empty(),
        progress);
  }

  private Path staging() {
    return house.vault.path(House.MODEL, 1).resolveSibling(Vault.STAGING + 1);
  }

  private void assertExtracts(SealedModel sealed) throws Exception {
    Path target = Files.createTempDirectory(dir, "target");
    sealed.extractTo(target, house.keys, (_, _) -> {});
    for (SealedFile file : sealed.files()) {
      assertEquals(
          -1, Files.mismatch(house.source.resolve(file.name()), target.resolve(file.name())));
    }
  }

  /** Begins with a random IV: no two ciphertexts have the same. */
  private static String header(Path path) throws IOException {
    try (var in = Files.newInputStream(path)) {
      return HexFormat.of().formatHex(in.readNBytes(FloeParams.HEADER_LENGTH));
    }
  }
}
