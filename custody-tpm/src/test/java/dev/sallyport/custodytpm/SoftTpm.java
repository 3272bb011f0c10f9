package dev.sallyport.custodytpm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A software TPM of its own, on a socket in a temporary directory. */
final class SoftTpm implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/swtpm");

  private final Path directory;
  private final Process process;

  private SoftTpm(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  static SoftTpm start() throws IOException {
    assumeTrue(Files.isExecutable(PROGRAM), "skipped: no " + PROGRAM + "; install swtpm");
    Path directory = Files.createTempDirectory("swtpm");
    Process process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + directory,
                "--server",
                "type=unixio,path=" + directory.resolve("tpm"),
                "--ctrl",
                "type=unixio,path=" + directory.resolve("ctrl"),
                "--flags",
                "not-need-init,startup-clear")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    SoftTpm tpm = new SoftTpm(directory, process);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!tpm.listens()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        String said = Files.readString(directory.resolve("log"));
        tpm.close();
        throw new IOException("swtpm did not start: " + said);
      }
      Thread.onSpinWait();
    }
    return tpm;
  }

  /** The socket's name is there a moment before it takes connections. */
  private boolean listens() {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  Path socket() {
    return directory.resolve("tpm");
  }

  /** A name in the directory that no file has yet. */
  Path file() {
    return directory.resolve("root-" + System.nanoTime() + ".tpm");
  }

  /** TPM2_PCR_Extend of the SHA-256 bank. */
  void extend(int pcr) throws IOException {
    byte[] command =
        TpmBuffer.empty()
            .u16(0x8002)
            .u32(65)
            .u32(0x182)
            .u32(pcr)
            .u32(9)
            .u32(0x40000009)
            .u16(0)
            .u8(1)
            .u16(0)
            .u32(1)
            .u16(0x000B)
            .raw(new byte[32])
            .written();
    try (TpmDevice device = TpmDevice.open(socket(), TpmDevice.DEADLINE)) {
      TpmBuffer answer = TpmBuffer.of(device.exchange(command));
      answer.u16();
      answer.u32();
      int code = answer.u32();
      if (code != 0) {
        throw new IOException("extend: 0x" + Integer.toHexString(code));
      }
    }
  }

  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    kill();
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path one : deepestFirst) {
        Files.delete(one);
      }
    }
  }
}
