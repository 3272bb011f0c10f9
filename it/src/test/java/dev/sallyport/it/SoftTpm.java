package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
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

  static SoftTpm start() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(PROGRAM), "skipped: no " + PROGRAM + "; apt-get install swtpm");
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "sp-tpm-");
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
    for (int i = 0; i < 400 && !Files.exists(tpm.socket()); i++) {
      Thread.sleep(50);
    }
    return tpm;
  }

  Path socket() {
    return directory.resolve("tpm");
  }

  /** TPM2_PCR_Extend: what a boot of other software would have measured. */
  void extend(int pcr) throws IOException {
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
    try (SocketChannel tpm = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      tpm.write(command);
      ByteBuffer answer = ByteBuffer.allocate(64);
      tpm.read(answer);
      assertEquals(0, answer.getInt(6));
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
