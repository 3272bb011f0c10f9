package dev.sallyport.runtimellama;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Serves one GGUF model on a Unix socket. Exit status: 0 stopped by a signal, 1 the model or the
 * socket failed, 2 wrong arguments.
 */
public final class Main {
  private static final System.Logger LOG = System.getLogger(Main.class.getName());

  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws InterruptedException {
    Runtime.getRuntime().halt(run(List.of(args)));
  }

  private static int run(List<String> args) throws InterruptedException {
    try {
      Options options = Options.parse(args, Runtime.getRuntime().availableProcessors());
      serve(options);
      return 0;
    } catch (BadInput e) {
      System.err.println(e.getMessage());
      return 2;
    } catch (EngineFailed e) {
      System.err.println(e.getMessage());
      return 1;
    } catch (IOException e) {
      System.err.println("the socket cannot be served: " + e.getMessage());
      return 1;
    }
  }

  private static void serve(Options options)
      throws EngineFailed, IOException, InterruptedException {
    Llama llama = Llama.load(options);
    Server server = new Server(options.socket(), llama, InstantSource.system());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, llama), "stop"));
    LOG.log(
        System.Logger.Level.INFO,
        "event=ready ctx=" + options.context() + " parallel=" + options.parallel());
    server.run();
    // The loop ends only because stop() closed the server; that thread ends the process.
    new CountDownLatch(1).await();
  }

  /** SIGTERM: finish or cut what runs, then leave without waiting for llama.cpp's own threads. */
  private static void stop(Server server, Llama llama) {
    try {
      server.close();
      llama.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "event=stop-failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().halt(0);
    }
  }
}
