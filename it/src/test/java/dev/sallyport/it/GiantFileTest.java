package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One file larger than the disk, sealed and served by the real programs. The source is sparse; the
 * ciphertext is given back to the disk behind the sealer, but for the beginning and the end, and
 * those are what the runtime reads. {@code -Dsallyport.giant} is its size in GiB.
 */
class GiantFileTest {
  private static final long GIB = 1L << 30;
  private static final long SIZE = Long.getLong("sallyport.giant", 1) * GIB + 12_345;
  private static final long KEPT_HEAD = 4 << 20;

  /** More than what several threads may still be writing. */
  private static final long KEPT_TAIL = 256 << 20;

  private static final byte[] HEAD = "THE BEGINNING".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL = "THE END".getBytes(StandardCharsets.US_ASCII);
  private static final long TAIL_AT = SIZE - TAIL.length;

  /** A server that is healthy if it reads both. Arguments: model, socket, where the end is. */
  private static final String READER =
      """
      use IO::Socket::UNIX;
      my ($model, $path, $at) = @ARGV;
      open(my $in, '<:raw', "$model/weights.bin") or die "open: $!";
      read($in, my $head, 13) == 13 or die "head: $!";
      seek($in, $at, 0) && read($in, my $tail, 99) == 7 or die "tail: $!";
      die "other bytes" unless $head eq 'THE BEGINNING' && $tail eq 'THE END';
      my $server = IO::Socket::UNIX->new(Local => $path, Listen => 9) or die "socket: $!";
      while (my $client = $server->accept) {
        while (<$client>) { last if /^\\r?$/ }
        print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nOK";
        close $client;
      }
      """;

  @Test
  void isSealedAndReadAtItsEnd() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "skipped: no access to /dev/fuse");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "skipped: no /usr/bin/perl");
    try (Installation house = Installation.initialised();
        Room room = Room.in(house)) {
      house.up("--loader", "fuse");
      Path source = source(house);
      Process sealing =
          house.start("seal", source.toString(), "--model", Installation.MODEL, "--as", "sysadmin");
      sealing.getOutputStream().close();
      Json.Obj sealed = room.sealedWhileFreeing(sealing);
      assertEquals(SIZE + 2, sealed.integer("bytes"));
      house.evidence();
      house.release();
      List<String> command =
          List.of("--", "/usr/bin/perl", "-e", READER, "{model}", "{socket}", "" + TAIL_AT);
      house.run(with(List.of("commands", "allow", "--as", "sec1", "--as", "sec2"), command)).ok();
      house.run(with(List.of("run", Installation.MODEL, "--as", "sysadmin"), command)).ok();
      Json.Obj model = house.status().objects("models").getFirst();
      assertEquals("fuse", model.string("loader"));
    }
  }

  private static Path source(Installation house) throws IOException {
    Path source = Files.createDirectory(house.dir().resolve("source"));
    Files.writeString(source.resolve("config.json"), "{}");
    try (FileChannel weights =
        FileChannel.open(
            source.resolve("weights.bin"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      weights.write(ByteBuffer.wrap(HEAD), 0);
      weights.write(ByteBuffer.wrap(TAIL), TAIL_AT);
    }
    return source;
  }

  private static String[] with(List<String> words, List<String> command) {
    return Stream.concat(words.stream(), command.stream()).toArray(String[]::new);
  }

  /** Where the vault lies: a file system that says it is large enough, if the disk is not. */
  private record Room(Path vault, boolean mounted) implements AutoCloseable {
    static Room in(Installation house) throws Exception {
      Path vault = house.home().resolve("vault");
      if (vault.toFile().getUsableSpace() > SIZE + GIB) {
        return new Room(vault, false);
      }
      assumeTrue(
          System.getProperty("user.name").equals("root"),
          "skipped: root is needed to mount a file system larger than the disk");
      Path image = house.dir().resolve("image");
      try (FileChannel made =
          FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        made.write(ByteBuffer.allocate(1), SIZE + SIZE / 16 + 4 * GIB);
      }
      String options = "lazy_itable_init=1,nodiscard";
      run("mkfs.ext4", "-q", "-T", "largefile4", "-O", "^has_journal", "-E", options, "" + image);
      run("mount", "-o", "loop,discard", image.toString(), vault.toString());
      Files.delete(vault.resolve("lost+found"));
      run("chmod", "700", vault.toString());
      return new Room(vault, true);
    }

    Json.Obj sealedWhileFreeing(Process sealing) throws Exception {
      CountDownLatch done = new CountDownLatch(1);
      AtomicBoolean freed = new AtomicBoolean();
      Thread freeing = Thread.ofPlatform().start(() -> freeUntil(done, freed));
      try {
        Thread drain = Thread.ofVirtual().start(() -> text(sealing.errorReader()));
        String said = text(sealing.inputReader());
        assertTrue(sealing.waitFor(1, TimeUnit.MINUTES), "the sealer ends with its output");
        assertEquals(0, sealing.exitValue(), said);
        drain.join();
        return Json.parse(said).asObject("output");
      } finally {
        done.countDown();
        freeing.join();
        assertTrue(freed.get() || !mounted, "something was given back to the disk");
      }
    }

    private void freeUntil(CountDownLatch done, AtomicBoolean freed) {
      try {
        while (!done.await(200, TimeUnit.MILLISECONDS)) {
          if (free()) {
            freed.set(true);
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String text(BufferedReader in) {
      return String.join("\n", in.lines().toList());
    }

    /** Frees what the largest ciphertext has between its kept ends; whether there was any. */
    private boolean free() throws InterruptedException {
      try (Stream<Path> files = Files.walk(vault)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".floe")).toList()) {
          long length = Files.size(file) - KEPT_TAIL - KEPT_HEAD;
          if (length > 0) {
            String at = Long.toString(KEPT_HEAD);
            run("fallocate", "-p", "-o", at, "-l", Long.toString(length), file.toString());
            return true;
          }
        }
        return false;
      } catch (IOException | UncheckedIOException moved) {
        // It was published, or is being published, under another name.
        return false;
      }
    }

    private static void run(String... command) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = text(process.inputReader());
      if (process.waitFor() != 0) {
        throw new IOException(Arrays.toString(command) + ": " + said);
      }
    }

    @Override
    public void close() throws Exception {
      if (mounted) {
        run("umount", "-l", vault.toString());
      }
    }
  }
}
