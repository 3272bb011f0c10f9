package dev.sallyport.fuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.envelope.FloeParams;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MountedModelTest {
  private static final int SEGMENT = 1_048_544;

  @TempDir Path dir;
  private Sealed sealed;

  @BeforeEach
  void open() throws Exception {
    sealed = new Sealed(dir);
  }

  @AfterEach
  void nothingBroke() {
    sealed.close();
    assertEquals(List.of(), List.copyOf(sealed.broken));
  }

  @Test
  void servesTheSameNamesSizesAndBytes() throws Exception {
    sealed.file("config.json", 700);
    sealed.file("a/b/model.bin", 5 * SEGMENT + 17);
    sealed.file("a/exact.bin", SEGMENT);
    sealed.file("empty", 0);
    sealed.file("täglich/模型.bin", 10);
    try (MountedModel mounted = sealed.mount(sealed.seal())) {
      assertEquals(names(sealed.plain), names(sealed.point));
      for (Path name : names(sealed.plain)) {
        Path plain = sealed.plain.resolve(name);
        if (Files.isRegularFile(plain)) {
          Path shown = mounted.point().resolve(name);
          assertEquals(Files.size(plain), Files.size(shown));
          assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(shown), "" + name);
        }
      }
    }
    assertEquals(0, sealed.point.toFile().list().length, "unmounted");
  }

  private static List<Path> names(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      return walk.map(tree::relativize).sorted().toList();
    }
  }

  @Test
  void behavesLikeAReadOnlyFileSystem() throws Exception {
    sealed.file("model.bin", 9 * SEGMENT + 4321);
    sealed.file("sub/small.json", 4096);
    try (MountedModel mounted = sealed.mount(sealed.seal())) {
      Path program = Files.writeString(dir.resolve("Compare.java"), COMPARE);
      Process child =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-XX:+UseSerialGC",
                  "-Xmx256m",
                  program.toString(),
                  sealed.plain.toString(),
                  mounted.point().toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals("", said);
      assertEquals(0, child.waitFor());
    }
  }

  @Test
  void aTamperedSegmentFailsItsReaderAndIsTold() throws Exception {
    sealed.file("model.bin", 4 * SEGMENT);
    var model = sealed.seal();
    flip(sealed.ciphertext(), 74 + 2L * (1 << 20) + 500);
    try (MountedModel mounted = sealed.mount(model);
        FileChannel in = FileChannel.open(mounted.point().resolve("model.bin"))) {
      ByteBuffer some = ByteBuffer.allocate(4096);
      assertEquals(4096, in.read(some, 0), "the first segment is as it was");
      IOException bad =
          assertThrows(IOException.class, () -> in.read(some.clear(), 2L * SEGMENT + 100));
      assertTrue(String.valueOf(bad.getMessage()).contains("Input/output error"), "" + bad);
      assertTrue(sealed.tampered.contains("file 1 \"model.bin\", chunk 3 of 4: tag mismatch"));
    }
  }

  @Test
  void aFileWhoseEndWasTamperedCannotBeOpened() throws Exception {
    sealed.file("model.bin", SEGMENT + 5);
    var model = sealed.seal();
    flip(sealed.ciphertext(), Files.size(sealed.ciphertext()) - 1);
    try (MountedModel mounted = sealed.mount(model)) {
      Path file = mounted.point().resolve("model.bin");
      assertThrows(FileSystemException.class, () -> Files.readAllBytes(file));
      assertEquals(
          List.of("file 1 \"model.bin\", chunk 2 of 2: tag mismatch"),
          List.copyOf(sealed.tampered));
    }
  }

  @Test
  void aStrangerIsRefusedAndSeesNoName() throws Exception {
    sealed.file("model.bin", 100);
    try (MountedModel mounted = sealed.mount(sealed.seal(), (_, _) -> false)) {
      Path file = mounted.point().resolve("model.bin");
      assertTrue(Files.isDirectory(mounted.point()), "the root's attributes are for everybody");
      assertThrows(FileSystemException.class, () -> Files.readAllBytes(file));
      assertThrows(FileSystemException.class, () -> names(mounted.point()));
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void T350_whatWasReadIsNotReadAgainFromACacheByWhomeverMayNot() throws Exception {
    sealed.file("model.bin", 2 * SEGMENT);
    AtomicBoolean may = new AtomicBoolean(true);
    try (MountedModel mounted = sealed.mount(sealed.seal(), (_, _) -> may.get());
        FileChannel in = FileChannel.open(mounted.point().resolve("model.bin"))) {
      assumeTrue(mounted.direct(), "skipped: this kernel maps only files that it caches");
      assertEquals(4096, in.read(ByteBuffer.allocate(4096), 0));
      may.set(false);
      assertThrows(IOException.class, () -> in.read(ByteBuffer.allocate(4096), 0));
      may.set(true);
      assertEquals(4096, in.read(ByteBuffer.allocate(4096), 0));
    }
  }

  @Test
  void aFileThatIsMappedIsCachedForAllWhoOpenItLater() throws Exception {
    Path plain = sealed.file("model.bin", 3 * SEGMENT);
    AtomicInteger asked = new AtomicInteger();
    Callers counting =
        (_, want) -> {
          asked.addAndGet(want == Callers.Want.USE ? 1 : 0);
          return true;
        };
    try (MountedModel mounted = sealed.mount(sealed.seal(), counting)) {
      Path file = mounted.point().resolve("model.bin");
      try (FileChannel in = FileChannel.open(file);
          FileChannel out =
              FileChannel.open(
                  dir.resolve("sent"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        // Through sendfile, which reads for the page cache, as a map does.
        assertEquals(1, in.transferTo(0, 1, out));
      }
      assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(file));
      int before = asked.get();
      assertArrayEquals(Files.readAllBytes(plain), Files.readAllBytes(file));
      assertTrue(asked.get() - before < 3, "asked " + (asked.get() - before) + " times");
    }
  }

  @Test
  void closingEndsReadersThatStillHaveAFileOpen() throws Exception {
    sealed.file("model.bin", 3 * SEGMENT);
    MountedModel mounted = sealed.mount(sealed.seal());
    try (FileChannel in = FileChannel.open(mounted.point().resolve("model.bin"))) {
      assertEquals(10, in.read(ByteBuffer.allocate(10), 0));
      mounted.close();
      assertThrows(IOException.class, () -> in.read(ByteBuffer.allocate(10), 2L * SEGMENT));
    }
    mounted.close();
  }

  /** A process that was handed a descriptor, mapped it and outlives the runtime. */
  @Test
  void T308_whatIsMappedIsGoneWithTheMount() throws Exception {
    sealed.file("model.bin", 2 * SEGMENT);
    MountedModel mounted = sealed.mount(sealed.seal());
    try (Keeper keeper = new Keeper(mounted.point().resolve("model.bin"))) {
      String before = keeper.look();
      assertTrue(before.matches("mapped -?\\d+, read 1"), before);
      mounted.close();
      assertEquals("mapped nothing, read nothing", keeper.look());
    }
  }

  @Test
  void T308_withoutThatAMapWouldOutliveTheMount() throws Exception {
    sealed.file("model.bin", 2 * SEGMENT);
    MountedModel mounted = sealed.mount(sealed.seal());
    try (Keeper keeper = new Keeper(mounted.point().resolve("model.bin"))) {
      String before = keeper.look();
      Process unmount = new ProcessBuilder("umount", "-f", "-l", "" + mounted.point()).start();
      assertEquals(0, unmount.waitFor());
      assertEquals(before.replace("read 1", "read nothing"), keeper.look());
    }
    assertThrows(IOException.class, mounted::close, "it was unmounted already");
  }

  /** As on a disk that hangs: the page is locked while its read waits for us. */
  @Test
  void T308_aReadThatHangsDoesNotHoldUpTheEnd() throws Exception {
    sealed.file("model.bin", 8 * SEGMENT);
    AtomicBoolean hanging = new AtomicBoolean();
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Callers callers =
        (_, _) -> {
          if (hanging.get()) {
            hangs.countDown();
            awaitQuietly(released);
          }
          return true;
        };
    MountedModel mounted = sealed.mount(sealed.seal(), callers);
    Path file = mounted.point().resolve("model.bin");
    FutureTask<Void> end =
        new FutureTask<>(() -> {
          mounted.close();
          return null;
        });
    try (Keeper keeper = new Keeper(file);
        Keeper other = new Keeper(file)) {
      assertTrue(keeper.look().startsWith("mapped "));
      hanging.set(true);
      other.ask('x');
      hangs.await();
      Thread.ofPlatform().start(end);
      while (Files.readString(Path.of("/proc/self/mounts")).contains(" " + mounted.point() + " ")) {
        assertFalse(end.isDone(), "closed without unmounting");
      }
      released.countDown();
      end.get();
      assertEquals("mapped nothing, read nothing", keeper.look());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Maps a file in a process of its own, and looks at the same byte when told to. */
  private final class Keeper implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;

    Keeper(Path file) throws IOException {
      Path program = Files.writeString(dir.resolve("Keep.java"), KEEP);
      process =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-XX:+UseSerialGC",
                  "-Xmx64m",
                  program.toString(),
                  file.toString())
              .redirectErrorStream(true)
              .start();
      said = process.inputReader(StandardCharsets.UTF_8);
    }

    void ask(char what) throws IOException {
      process.getOutputStream().write(what);
      process.getOutputStream().flush();
    }

    String look() throws IOException {
      ask('l');
      return String.valueOf(said.readLine());
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  private static final String KEEP =
      """
      import java.nio.ByteBuffer;
      import java.nio.channels.FileChannel;
      import java.nio.file.Path;

      class Keep {
        public static void main(String[] args) throws Exception {
          try (var in = FileChannel.open(Path.of(args[0]))) {
            var map = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
            for (int asked = System.in.read(); asked >= 0; asked = System.in.read()) {
              int at = asked == 'x' ? 6_000_000 : 5000;
              String mapped = "nothing";
              String read = "nothing";
              try {
                mapped = "" + map.get(at);
              } catch (InternalError fault) {
                // The page is gone: SIGBUS.
              }
              try {
                read = "" + in.read(ByteBuffer.allocate(1), 1_500_000);
              } catch (java.io.IOException gone) {
                // So is the file.
              }
              System.out.println("mapped " + mapped + ", read " + read);
            }
          }
        }
      }
      """;

  @Test
  void manyReadersOfManySegmentsShareAFewSlots() throws Exception {
    Path plain = sealed.file("model.bin", 100 * SEGMENT + 1);
    byte[] expected = Files.readAllBytes(plain);
    try (MountedModel mounted = sealed.mount(sealed.seal())) {
      Path file = mounted.point().resolve("model.bin");
      List<Thread> readers =
          Stream.generate(() -> Thread.ofPlatform().start(() -> assertSame(expected, file)))
              .limit(6)
              .toList();
      for (Thread reader : readers) {
        reader.join();
      }
      assertEquals(6, finished.get());
    }
  }

  private final AtomicInteger finished = new AtomicInteger();

  private void assertSame(byte[] expected, Path file) {
    try {
      assertArrayEquals(expected, Files.readAllBytes(file));
      finished.incrementAndGet();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readsOfManySmallSegmentsAreAnsweredWhole() throws Exception {
    sealed.file("model.bin", (5 << 20) + 3);
    try (MountedModel mounted = sealed.mount(sealed.seal(FloeParams.SMALL))) {
      assertArrayEquals(
          Files.readAllBytes(sealed.plain.resolve("model.bin")),
          Files.readAllBytes(mounted.point().resolve("model.bin")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"psync", "mmap", "libaio"})
  void fioReadsWithoutAnError(String engine) throws Exception {
    Path fio = Path.of("/usr/bin/fio");
    assumeTrue(Files.isExecutable(fio), "skipped: fio is not installed");
    sealed.file("model.bin", 16 << 20);
    try (MountedModel mounted = sealed.mount(sealed.seal())) {
      Process child =
          new ProcessBuilder(
                  fio.toString(),
                  "--name=reads",
                  "--filename=" + mounted.point().resolve("model.bin"),
                  "--readonly",
                  "--rw=randread",
                  "--bsrange=4k-1m",
                  "--blockalign=4k",
                  "--direct=" + (engine.equals("libaio") ? 1 : 0),
                  "--iodepth=8",
                  "--numjobs=3",
                  "--thread",
                  "--ioengine=" + engine)
              .directory(dir.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assumeFalse(said.contains("not loadable"), "skipped: fio lacks " + engine);
      assertEquals(0, child.waitFor(), said);
    }
  }

  static void flip(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), position);
    }
  }

  /** Runs in another process: a page fault of ours would wait for a server that is ourselves. */
  private static final String COMPARE =
      """
      import java.nio.*;
      import java.nio.channels.*;
      import java.nio.file.*;
      import java.nio.file.attribute.*;
      import java.util.*;

      class Compare {
        interface Try { void run() throws Exception; }

        static void check(boolean good, String what) {
          if (!good) System.out.println("differs: " + what);
        }

        static void refused(Try action, String what) {
          try {
            action.run();
            System.out.println("allowed: " + what);
          } catch (FileSystemException e) {
            boolean readOnly = String.valueOf(e.getReason()).contains("Read-only file system");
            check(readOnly, what + ": " + e.getReason());
          } catch (Exception e) {
            System.out.println(what + ": " + e);
          }
        }

        public static void main(String[] args) throws Exception {
          Path plain = Path.of(args[0]);
          Path shown = Path.of(args[1]);
          byte[] expected = Files.readAllBytes(plain.resolve("model.bin"));
          Path file = shown.resolve("model.bin");
          randomReads(expected, file, 1);
          mapped(expected, file);
          sent(expected, file, plain.resolveSibling("copy"));
          List<Thread> all = new ArrayList<>();
          for (int i = 0; i < 8; i++) {
            long seed = i;
            all.add(Thread.ofPlatform().start(() -> {
              try {
                randomReads(expected, file, seed);
              } catch (Exception e) {
                System.out.println("reader: " + e);
              }
            }));
          }
          for (Thread t : all) t.join();
          attributes(file, shown, expected.length);
          writes(file, shown);
          check(!Files.exists(shown.resolve("nothing")), "a name that is not there");
          try (var in = FileChannel.open(file)) {
            ByteBuffer b = ByteBuffer.allocate(100);
            check(in.read(b, expected.length) == -1, "read at the end");
            check(in.read(b, expected.length + 5_000_000L) == -1, "read past the end");
            check(in.read(b, expected.length - 7) == 7, "read across the end");
          }
          try {
            Files.list(file).close();
            System.out.println("a file was listed");
          } catch (NotDirectoryException good) {
          }
        }

        static void randomReads(byte[] expected, Path file, long seed) throws Exception {
          Random random = new Random(seed);
          try (var in = FileChannel.open(file)) {
            for (int i = 0; i < 300; i++) {
              int at = random.nextInt(expected.length);
              int length = 1 + random.nextInt(1 << random.nextInt(22));
              ByteBuffer b = ByteBuffer.allocate(length);
              int want = Math.min(length, expected.length - at);
              int got = 0;
              while (got < want) got += in.read(b, at + got);
              check(Arrays.equals(b.array(), 0, want, expected, at, at + want),
                  "seed " + seed + " read of " + length + " at " + at);
            }
          }
        }

        static void mapped(byte[] expected, Path file) throws Exception {
          try (var in = FileChannel.open(file)) {
            MappedByteBuffer map = in.map(FileChannel.MapMode.READ_ONLY, 0, expected.length);
            Random random = new Random(7);
            for (int i = 0; i < 1000; i++) {
              int at = random.nextInt(expected.length);
              check(map.get(at) == expected[at], "mapped byte " + at);
            }
            check(map.equals(ByteBuffer.wrap(expected)), "mapped whole");
          }
        }

        static void sent(byte[] expected, Path file, Path copy) throws Exception {
          try (var in = FileChannel.open(file);
              var out = FileChannel.open(copy, StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE)) {
            long done = 0;
            while (done < expected.length) done += in.transferTo(done, expected.length, out);
          }
          check(Arrays.equals(expected, Files.readAllBytes(copy)), "sendfile");
        }

        static void attributes(Path file, Path shown, long size) throws Exception {
          var a = Files.readAttributes(file, "unix:mode,nlink,size,ino");
          check((int) a.get("mode") == 0100444, "mode of a file");
          check((int) a.get("nlink") == 1, "links of a file");
          check((long) a.get("size") == size, "size");
          var d = Files.readAttributes(shown.resolve("sub"), "unix:mode,nlink");
          check((int) d.get("mode") == 040555, "mode of a directory");
          check((int) d.get("nlink") == 2, "links of a directory");
          check(Files.getFileStore(file).isReadOnly(), "file store is read-only");
          check(Files.getFileStore(file).getTotalSpace() >= size, "total space");
          check(Files.getFileStore(file).getUsableSpace() == 0, "usable space");
        }

        static void writes(Path file, Path shown) throws Exception {
          Path made = shown.resolve("made");
          refused(() -> Files.write(made, new byte[1]), "create");
          refused(() -> FileChannel.open(file, StandardOpenOption.WRITE), "open for writing");
          refused(() -> Files.delete(file), "delete");
          refused(() -> Files.move(file, made), "rename");
          refused(() -> Files.createDirectory(made), "mkdir");
          refused(() -> Files.createLink(made, file), "link");
          refused(() -> Files.createSymbolicLink(made, file), "symlink");
          refused(() -> Files.setLastModifiedTime(file, FileTime.fromMillis(1)), "utimes");
          refused(() -> Files.setPosixFilePermissions(file, Set.of()), "chmod");
          refused(() -> Files.setAttribute(file, "user:x", new byte[1]), "setxattr");
        }
      }
      """;
}
