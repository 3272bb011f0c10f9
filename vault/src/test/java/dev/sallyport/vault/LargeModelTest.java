package dev.sallyport.vault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.envelope.FloeDraft;
import dev.sallyport.envelope.FloeFile;
import dev.sallyport.envelope.FloeParams;
import dev.sallyport.envelope.FloeSealer;
import dev.sallyport.keys.Secret;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models at the bounds of what is allowed: many files, huge files. */
class LargeModelTest {
  @TempDir Path dir;

  @Test
  void sealsTenThousandFilesAndNotOneMore() throws Exception {
    try (House house = new House(dir)) {
      for (int i = 0; i < 9_999; i++) {
        Files.writeString(house.source.resolve("part-" + i), Integer.toString(i));
      }
      house.file("model.safetensors", 1_200_000);
      SealedModel sealed = house.seal();
      assertEquals(10_000, sealed.files().size());
      Path target = Files.createDirectory(dir.resolve("target"));
      sealed.extractTo(target, house.keys, (_, _) -> {});
      assertEquals("4711", Files.readString(target.resolve("part-4711")));
      house.file("one-more", 1);
      BadInput e = assertThrows(BadInput.class, () -> Source.scan(house.source));
      assertEquals("source holds more than 10000 files", e.getMessage());
    }
  }

  /** A sparse ciphertext: only the segments that are read were ever written. */
  @Test
  void readsAtRandomInAFileOfHundredsOfGigabytes() throws Exception {
    FloeParams params = FloeParams.SEALED;
    long segments = 700_001;
    long wanted = 654_321;
    byte[] associatedData = {1};
    byte[] plain = new byte[params.plainLength()];
    new Random(7).nextBytes(plain);
    Path file = dir.resolve("huge.floe");
    try (Secret key = Secret.random();
        FloeSealer sealer = FloeSealer.start(key, associatedData, params);
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(sealer.header()), 0);
      for (long i = 0; i < segments; i++) {
        FloeSealer.Segment segment = sealer.next(i == segments - 1);
        if (i == wanted || i == segments - 1) {
          byte[] sealed = new byte[params.segmentLength()];
          int length = segment.seal(plain, i == wanted ? plain.length : 5, sealed);
          long at = FloeParams.HEADER_LENGTH + i * params.segmentLength();
          out.write(ByteBuffer.wrap(sealed, 0, length), at);
        }
      }
      try (FileChannel in = FileChannel.open(file);
          FloeFile open = FloeFile.open(in, key, associatedData, params)) {
        assertEquals((segments - 1) * params.plainLength() + 5, open.size());
        byte[] read = new byte[100_000];
        assertEquals(
            read.length, open.read(wanted * params.plainLength() + 1000, read, 0, read.length));
        assertArrayEquals(Arrays.copyOfRange(plain, 1000, 101_000), read);
        assertThrows(BadInput.class, () -> open.segment(wanted - 1, new byte[plain.length]));
      }
    }
  }

  /** Beyond 600 GB: a sparse draft whose last segment is compared, and gone on behind. */
  @Test
  void goesOnInAFileOfHundredsOfGigabytes() throws Exception {
    FloeParams params = FloeParams.SEALED;
    long there = 654_321;
    byte[] associatedData = {2};
    byte[] plain = new byte[params.plainLength()];
    new Random(8).nextBytes(plain);
    byte[] sealed = new byte[params.segmentLength()];
    try (Secret key = Secret.random();
        FileChannel file =
            FileChannel.open(
                dir.resolve("huge.floe"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      try (FloeSealer sealer = FloeSealer.start(key, associatedData, params)) {
        file.write(ByteBuffer.wrap(sealer.header()), 0);
        for (long i = 0; i < there; i++) {
          var _ = sealer.next(false);
        }
        sealer.next(false).seal(plain, plain.length, sealed);
        file.write(ByteBuffer.wrap(sealed), position(params, there));
      }
      try (FloeDraft draft = FloeDraft.open(file, key, associatedData, params)) {
        assertEquals(FloeDraft.Found.SAME, draft.compare(there, plain));
        assertEquals(FloeDraft.Found.BROKEN, draft.compare(there - 1, plain), "a hole");
        assertEquals(FloeDraft.Found.BROKEN, draft.compare(there + 1, plain), "past the end");
        plain[9]++;
        assertEquals(FloeDraft.Found.OTHER, draft.compare(there, plain));
        try (FloeSealer sealer = draft.goOn(there + 1)) {
          int length = sealer.next(true).seal(plain, 77, sealed);
          file.write(ByteBuffer.wrap(sealed, 0, length), position(params, there + 1));
        }
      }
      try (FloeFile open = FloeFile.open(file, key, associatedData, params)) {
        assertEquals((there + 1) * params.plainLength() + 77, open.size());
        byte[] read = new byte[200];
        assertEquals(177, open.read(open.size() - 177, read, 0, read.length));
        assertArrayEquals(Arrays.copyOf(plain, 77), Arrays.copyOfRange(read, 100, 177));
      }
    }
  }

  private static long position(FloeParams params, long index) {
    return FloeParams.HEADER_LENGTH + index * params.segmentLength();
  }
}
