package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.custodytpm.Pcrs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** SoftHSM2 tokens and a software TPM for this JVM, in a directory that goes with it. */
final class Devices {
  static final String PIN = "615243";
  private static final Path SOFTHSM = Path.of("/usr/lib/softhsm/libsofthsm2.so");
  private static final Path SWTPM = Path.of("/usr/bin/swtpm");

  /** All are made at the start: the module looks for tokens only once. */
  private static final List<String> LABELS = List.of("moving", "untouched");

  private static Path store;
  private static int started;

  private Devices() {}

  /** The token that tests share; skips the test without SoftHSM. */
  static RootKind.Token token() throws Exception {
    return token("moving");
  }

  /** A token with this label; a login holds for the whole process. */
  static synchronized RootKind.Token token(String label) throws Exception {
    assumeTrue(Files.isReadable(SOFTHSM), "skipped: no " + SOFTHSM + "; apt-get install softhsm2");
    if (store == null) {
      Path directory = Files.createTempDirectory("sp-hsm-");
      store = Files.createDirectory(directory.resolve("tokens"));
      Path conf =
          Files.writeString(
              directory.resolve("softhsm2.conf"),
              "directories.tokendir = " + store + "\nlog.level = ERROR\n");
      setenv("SOFTHSM2_CONF", conf.toString());
      for (String each : LABELS) {
        ProcessBuilder init =
            new ProcessBuilder(
                List.of(
                    "softhsm2-util",
                    "--init-token",
                    "--free",
                    "--label",
                    each,
                    "--pin",
                    PIN,
                    "--so-pin",
                    PIN));
        init.environment().put("SOFTHSM2_CONF", conf.toString());
        assertEquals(0, init.redirectErrorStream(true).start().waitFor());
      }
      atExit(directory);
    }
    return new RootKind.Token(SOFTHSM, label);
  }

  /** How many objects lie on the token: SoftHSM has a file for each. */
  static long objects() throws IOException {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(file -> file.toString().endsWith(".object")).count();
    }
  }

  /** The socket of a new software TPM; skips the test without swtpm. */
  static synchronized Path tpm() throws Exception {
    assumeTrue(Files.isExecutable(SWTPM), "skipped: no " + SWTPM + "; apt-get install swtpm");
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "sp-tpm-" + started++);
    Path socket = directory.resolve("tpm");
    Process process =
        new ProcessBuilder(
                SWTPM.toString(),
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + directory,
                "--server",
                "type=unixio,path=" + socket,
                "--ctrl",
                "type=unixio,path=" + directory.resolve("ctrl"),
                "--flags",
                "not-need-init,startup-clear")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> process.destroyForcibly()));
    atExit(directory);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!listens(socket)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException("swtpm: " + Files.readString(directory.resolve("log")));
      }
      Thread.onSpinWait();
    }
    return socket;
  }

  /** The socket's name is there a moment before it takes connections. */
  private static boolean listens(Path socket) {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  static RootKind.Tpm sealed(String name, Path socket, String pcrs) throws Exception {
    return new RootKind.Tpm(name, socket, Pcrs.parse(pcrs));
  }

  /** TPM2_PCR_Extend of the SHA-256 bank: other software was booted. */
  static void extend(Path socket, int pcr) throws IOException {
    ByteBuffer command =
        ByteBuffer.allocate(65)
            .putShort((short) 0x8002)
            .putInt(65)
            .putInt(0x182)
            .putInt(pcr)
            .putInt(9)
            .putInt(0x40000009)
            .putShort((short) 0)
            .put((byte) 1)
            .putShort((short) 0)
            .putInt(1)
            .putShort((short) 0x000B)
            .position(65)
            .flip();
    try (SocketChannel tpm = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      tpm.write(command);
      ByteBuffer answer = ByteBuffer.allocate(64);
      tpm.read(answer);
      assertEquals(0, answer.getInt(6));
    }
  }

  /** The module reads its configuration from the environment of this process. */
  private static void setenv(String name, String value) {
    FunctionDescriptor shape =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              linker
                  .downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), shape)
                  .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      assertEquals(0, result);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void atExit(Path directory) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  try (Stream<Path> all = Files.walk(directory)) {
                    for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                      Files.deleteIfExists(path);
                    }
                  } catch (IOException e) {
                    System.err.println("left behind: " + directory);
                  }
                }));
  }
}
