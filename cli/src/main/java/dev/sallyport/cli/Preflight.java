package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says before anything starts what would make it fail, and what to do about it. */
final class Preflight {
  private static final int MAX_CONFIG = 1 << 16;
  private static final long LEAST_SPACE = 64L << 20;

  /** The longest name below run/ that a model's socket may need beyond these. */
  private static final String LONGEST_SOCKET = "server/control.sock";

  private Preflight() {}

  static void check(Home home, Dist dist) throws Failure, IOException, BadInput {
    home.existing();
    requireJava();
    for (Program program : Program.values()) {
      dist.app(program.label());
    }
    requireShortPath(home);
    requireSpace(home.path());
    requirePort(home);
  }

  /** Fails unless processes can be confined on this machine. */
  static void check(Sandbox sandbox) throws Failure, InterruptedException {
    try {
      sandbox.check();
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  static Sandbox sandbox() throws Failure {
    try {
      return Sandbox.open();
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireJava() throws Failure {
    int feature = Runtime.version().feature();
    if (feature != 25) {
      throw new Failure(Exit.UNAVAILABLE, "this is Java " + feature + "; JDK 25 is needed");
    }
  }

  private static void requireShortPath(Home home) throws Failure {
    try {
      Sandbox.socketPath(home.run().resolve(LONGEST_SOCKET));
    } catch (SandboxFailure e) {
      throw new Failure(Exit.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireSpace(Path path) throws Failure, IOException {
    long free = Files.getFileStore(path).getUsableSpace();
    if (free < LEAST_SPACE) {
      throw new Failure(
          Exit.UNAVAILABLE,
          Text.size(free) + " free at " + path + "; the log needs " + Text.size(LEAST_SPACE));
    }
  }

  private static void requirePort(Home home) throws Failure, IOException, BadInput {
    Json.Obj config =
        Json.parseObject(Bounded.read(home.server().resolve("config.json"), MAX_CONFIG));
    int port = (int) config.integer("port");
    InetAddress address = InetAddress.getByName(config.string("listen"));
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port));
    } catch (IOException e) {
      throw new Failure(
          Exit.UNAVAILABLE,
          "port "
              + port
              + " at "
              + config.string("listen")
              + ": "
              + e.getMessage()
              + "; another process has it, or change server/config.json",
          e);
    }
  }
}
