package dev.sallyport.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeedlesTest {
  @TempDir Path dir;

  @Test
  void findsAPieceWhereverItStandsInAFile() throws Exception {
    Path secret = randomFile("secret", 100_000, 1);
    Needles needles = Needles.of(secret, 8, 42);
    assertTrue(needles.in(secret));
    byte[] all = Files.readAllBytes(secret);
    for (int shift : new int[] {1, 7, (1 << 20) - 13, (1 << 20) + 5}) {
      byte[] padded = new byte[shift + all.length];
      System.arraycopy(all, 0, padded, shift, all.length);
      assertTrue(needles.in(Files.write(dir.resolve("shifted"), padded)), "shift " + shift);
    }
  }

  @Test
  void doesNotFindWhatIsNotThere() throws Exception {
    Needles needles = Needles.of(randomFile("secret", 100_000, 1), 8, 42);
    assertFalse(needles.in(randomFile("other", 3_000_000, 2)));
    assertFalse(needles.in(dir.resolve("missing")));
  }

  @Test
  void findsThePieceInTheMemoryOfTheProcessThatHoldsIt() throws Exception {
    Path secret = randomFile("secret", 100_000, 3);
    Needles needles = Needles.of(secret, 8, 42);
    Process empty = new ProcessBuilder("sort").start();
    Process holder = new ProcessBuilder("sort").start();
    try {
      // sort keeps all of its input in memory until the input ends.
      Files.copy(secret, holder.getOutputStream());
      holder.getOutputStream().flush();
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (needles.inMemoryOf(holder.pid()).isEmpty()) {
        assertTrue(System.nanoTime() < deadline, "not found in the holder's memory");
        Thread.onSpinWait();
      }
      assertFalse(needles.inMemoryOf(empty.pid()).isPresent());
    } finally {
      holder.destroyForcibly().waitFor();
      empty.destroyForcibly().waitFor();
    }
  }

  @Test
  void aFileOfPaddingHasNothingToLookFor() throws Exception {
    Path zeros = Files.write(dir.resolve("zeros"), new byte[100_000]);
    assertThrows(BadInput.class, () -> Needles.of(zeros, 4, 1));
  }

  private Path randomFile(String name, int length, long seed) throws Exception {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    Path file = Files.write(dir.resolve(name), bytes);
    Arrays.fill(bytes, (byte) 0);
    return file;
  }
}
