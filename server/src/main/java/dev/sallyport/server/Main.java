package dev.sallyport.server;

import dev.sallyport.audit.AuditFailure;
import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Composition root of the server process: {@code --home DIR}. Ends with 0 on SIGTERM, 64 on bad
 * arguments, 78 if the home is not what it must be.
 */
public final class Main {
  private static final System.Logger LOG = System.getLogger("server");
  private static final int USAGE = 64;
  private static final int CONFIG = 78;

  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length == 1 && args[0].equals("--help")) {
      System.out.println("usage: server --home DIR   (started by: sallyport up)");
      return;
    }
    if (args.length != 2 || !args[0].equals("--home")) {
      System.err.println("server: usage: server --home DIR");
      System.exit(USAGE);
    }
    try (Server server = Server.start(new Home(Path.of(args[1])), Clock.systemUTC())) {
      LOG.log(System.Logger.Level.INFO, "ready port={0}", Integer.toString(server.port()));
      awaitTermination();
    } catch (IOException | BadInput | AuditFailure e) {
      System.err.println("server: " + e.getMessage());
      System.exit(CONFIG);
    }
  }

  /** Returns on SIGTERM; the JVM waits for the main thread to close what it opened. */
  private static void awaitTermination() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Thread hook =
        Thread.ofPlatform()
            .name("shutdown")
            .unstarted(() -> {
              asked.countDown();
              try {
                main.join(Duration.ofSeconds(14));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    asked.await();
  }
}
