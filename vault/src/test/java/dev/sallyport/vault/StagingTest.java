package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagingTest {
  private static final Progress SILENT = (_, _) -> {};

  @TempDir Path dir;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = new House(dir);
    house.file("m", 1000);
  }

  @AfterEach
  void close() {
    house.close();
  }

  @Test
  void letsOneSealerAtATimeWorkOnAModel() throws Exception {
    try (Staging first = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      BadInput e =
          assertThrows(BadInput.class, () -> house.vault.stage(House.MODEL, OptionalLong.empty()));
      assertEquals("another sealer is working on tiny", e.getMessage());
      assertTrue(first.complete(house.root).isEmpty());
    }
    assertEquals(1, house.seal().version());
  }

  @Test
  void neverGoesBackInVersions() throws Exception {
    house.seal();
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.of(1))) {
      BadInput e = assertThrows(BadInput.class, () -> seal(staging));
      assertEquals("version 1 of tiny; it must be above 1", e.getMessage());
    }
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.of(7))) {
      assertEquals(7, seal(staging).version());
    }
  }

  @Test
  void keepsTheNumberOfAnAbandonedSealingSpentAndRemovesItsFiles() throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      assertEquals(1, seal(staging).version());
    }
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      assertTrue(staging.complete(house.root).isEmpty(), "no header yet");
      assertEquals(2, seal(staging).version());
    }
    assertEquals(List.of(2L), house.vault.begun(House.MODEL));
    assertEquals(List.of(), house.vault.versions(House.MODEL));
  }

  @Test
  void offersACompleteSealingForPublishing() throws Exception {
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      seal(staging).finish(House.WRAPPED, house.root);
    }
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      SealedModel complete = staging.complete(house.root).orElseThrow();
      assertTrue(Source.scan(house.source).is(complete));
      house.file("other", 5);
      assertFalse(Source.scan(house.source).is(complete));
      assertEquals(1, staging.publish(complete, house.root).version());
    }
    assertEquals(List.of(1L), house.vault.versions(House.MODEL));
  }

  @Test
  void refusesAFileThatGrowsWhileItIsSealed() throws Exception {
    Path file = house.file("z", 3_000_000);
    Source source = Source.scan(house.source);
    Files.write(file, new byte[3_000_001]);
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      BadInput e =
          assertThrows(
              BadInput.class, () -> staging.seal(source, house.dataKey, house.ada, SILENT));
      assertEquals("\"z\" changed while it was being sealed", e.getMessage());
    }
    assertEquals(List.of(), house.vault.begun(House.MODEL), "nothing stays behind");
  }

  /** The same length elsewhere, so that nothing else gives it away. */
  @ParameterizedTest
  @ValueSource(strings = {"sub/w", "sub"})
  void refusesALinkThatWasPutInPlaceOfWhatWasFound(String exchanged) throws Exception {
    Path outside = Files.createDirectory(dir.resolve("outside"));
    Files.writeString(outside.resolve("w"), "SECRET");
    Path file = house.source.resolve("sub/w");
    Files.createDirectory(file.getParent());
    Files.writeString(file, "WEIGHT");
    Source source = Source.scan(house.source);
    Path place = house.source.resolve(exchanged);
    Files.move(place, dir.resolve("away"));
    Files.createSymbolicLink(place, exchanged.equals("sub") ? outside : outside.resolve("w"));
    assertEquals("SECRET", Files.readString(file), "who follows it reads the other file");
    try (Staging staging = house.vault.stage(House.MODEL, OptionalLong.empty())) {
      BadInput e =
          assertThrows(
              BadInput.class, () -> staging.seal(source, house.dataKey, house.ada, SILENT));
      assertEquals("\"sub/w\" cannot be opened as the plain file that was found", e.getMessage());
    }
  }

  @Test
  void leavesNothingOnAFullDisk() throws Exception {
    Path small = Files.createDirectory(dir.resolve("small"));
    assumeTrue(mount(small), "skipped: mounting a small tmpfs needs root");
    try {
      house.file("big", 1_900_000);
      Vault vault = new Vault(small);
      Progress filler =
          (_, _) -> {
            try {
              Files.write(small.resolve("filler"), new byte[1 << 20]);
            } catch (IOException full) {
              // That is what it is for.
            }
          };
      try (Staging staging = vault.stage(House.MODEL, OptionalLong.empty())) {
        Source source = Source.scan(house.source);
        IOException e =
            assertThrows(
                IOException.class, () -> staging.seal(source, house.dataKey, house.ada, filler));
        assertTrue(e.getMessage().contains("No space left"), e.getMessage());
      }
      house.file("bigger", 4 << 20);
      try (Staging staging = vault.stage(House.MODEL, OptionalLong.empty())) {
        IOException e = assertThrows(IOException.class, () -> seal(staging));
        assertTrue(e.getMessage().startsWith("no space for "), e.getMessage());
      }
      assertEquals(List.of(), vault.begun(House.MODEL));
    } finally {
      run("umount", small.toString());
    }
  }

  private Staging.Draft seal(Staging staging) throws IOException, BadInput {
    return staging.seal(Source.scan(house.source), house.dataKey, house.ada, SILENT);
  }

  private static boolean mount(Path at) throws Exception {
    return run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", at.toString()) == 0;
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
