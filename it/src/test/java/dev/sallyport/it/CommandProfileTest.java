package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device reaches the one command that two people signed it for, with the real programs. */
class CommandProfileTest {
  private static final Map<String, String> IOPRIO_GET = Map.of("amd64", "252", "aarch64", "31");

  /** Healthy only if it has what its profile gives, and nothing else. */
  private static final String SERVER =
      """
      #!/usr/bin/env perl
      use strict;
      use IO::Socket::UNIX;
      open(my $device, '<', 'LISTED') or die "no device: $!\\n";
      sysread($device, my $bytes, 4) == 4 or die "device is silent\\n";
      die "other device is there\\n" if -e 'OTHER';
      die "variable is $ENV{CUDA_VISIBLE_DEVICES}\\n" if $ENV{CUDA_VISIBLE_DEVICES} ne '3';
      die "system call: $!\\n" if syscall(IOPRIO, 1, 0) < 0;
      die "interpreter can be read\\n" if open(my $own, '<', '/usr/bin/perl');
      my $server = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 8) or die "socket: $!\\n";
      while (my $caller = $server->accept) {
        sysread($caller, my $request, 4096);
        print $caller "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok";
        close($caller);
      }
      """;

  private final String name = "/dev/sallyport-it-" + ProcessHandle.current().pid();
  private final Path listed = Path.of(name);
  private final Path other = Path.of(name + "-other");

  @BeforeEach
  void nodes() throws Exception {
    assumeTrue(make(listed, "5") && make(other, "5"), "skipped: only root makes device nodes");
  }

  @AfterEach
  void removeNodes() throws IOException {
    Files.deleteIfExists(listed);
    Files.deleteIfExists(other);
  }

  /** A node that answers like /dev/zero (5) or /dev/null (3). */
  private static boolean make(Path node, String minor) throws Exception {
    return new ProcessBuilder("mknod", "-m", "666", node.toString(), "c", "1", minor)
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void aDeviceReachesTheCommandThatItWasSignedFor() throws Exception {
    try (Installation house = Installation.initialised()) {
      Path engine = engine(house);
      house.up("--runtime-dir", engine + "", "--device", listed + "", "--device", other + "");
      house.seal();
      house.evidence();
      house.release();
      Path profile = profile(house, listed);
      List<String> with = List.of("--profile", profile.toString());
      refused(house, engine, with, "is not in the signed list");
      allow(house, engine, with);

      run(house, engine, with).ok();
      Json.Obj model = house.status().objects("models").getFirst();
      assertEquals(Json.parseObject(Files.readAllBytes(profile)).digest(), model.digest("profile"));
      house.run("stop", Installation.MODEL, "--as", "sysadmin").ok();

      refused(house, engine, List.of(), "is not in the signed list");
      List<String> wider = List.of("--profile", profile(house, other).toString());
      refused(house, engine, wider, "is not in the signed list");

      house.stopUp();
      house.up("--runtime-dir", engine + "", "--device", other + "");
      refused(house, engine, with, "start with: sallyport up --device " + listed);

      house.stopUp();
      Files.delete(listed);
      assertTrue(make(listed, "3"));
      house.up("--runtime-dir", engine + "", "--device", listed + "");
      refused(house, engine, with, "device " + listed + " is 1:3; the profile means 1:5");
      house.run("log", "verify").ok();
    }
  }

  private Path engine(Installation house) throws Exception {
    Path engine = Files.createDirectory(house.dir().resolve("engine"));
    String text =
        SERVER
            .replace("LISTED", listed.toString())
            .replace("OTHER", other.toString())
            .replace("IOPRIO", IOPRIO_GET.getOrDefault(System.getProperty("os.arch"), "0"));
    Path serve = Files.writeString(engine.resolve("serve"), text);
    Files.setPosixFilePermissions(serve, PosixFilePermissions.fromString("rwxr-xr-x"));
    return engine;
  }

  private static Path profile(Installation house, Path device) throws Exception {
    String made =
        house.run("commands", "profile", device + "", "--env", "CUDA_VISIBLE_DEVICES=3").out();
    return Files.writeString(
        house.dir().resolve(device.getFileName() + ".json"),
        made.replaceFirst("\\{", "{\"systemCalls\": [\"ioprio_get\"],"));
  }

  private static void allow(Installation house, Path engine, List<String> profile)
      throws Exception {
    List<String> line =
        new ArrayList<>(List.of("commands", "allow", "--as", "sec1", "--as", "sec2"));
    house.run(command(line, engine, profile)).ok();
  }

  private static Installation.Ran run(Installation house, Path engine, List<String> profile)
      throws Exception {
    List<String> line = new ArrayList<>(List.of("run", Installation.MODEL, "--as", "sysadmin"));
    return house.run(command(line, engine, profile));
  }

  private static String[] command(List<String> line, Path engine, List<String> profile) {
    line.addAll(List.of("--bind", engine.toString()));
    line.addAll(profile);
    line.addAll(List.of("--", engine.resolve("serve").toString(), "{socket}"));
    return line.toArray(new String[0]);
  }

  private static void refused(Installation house, Path engine, List<String> profile, String why)
      throws Exception {
    Installation.Ran ran = run(house, engine, profile);
    assertEquals(1, ran.exit(), ran.err());
    assertTrue(ran.err().contains(why), ran.err());
  }
}
