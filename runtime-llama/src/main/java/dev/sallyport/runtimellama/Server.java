package dev.sallyport.runtimellama;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Listens on a Unix socket and owns its connections' threads. At most {@value #CONNECTIONS} clients
 * are served at once; more wait in the kernel's backlog.
 */
final class Server implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Server.class.getName());
  private static final int CONNECTIONS = 128;
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Path path;
  private final Llama llama;
  private final InstantSource clock;
  private final ServerSocketChannel listener;
  private final Semaphore free = new Semaphore(CONNECTIONS);

  /** Held for reading during every exchange, for writing by {@link #close}. */
  private final ReadWriteLock exchanges = new ReentrantReadWriteLock();

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("write-limit").daemon().factory());

  /** Binds the socket; a socket file that a dead server left there is replaced. */
  Server(Path path, Llama llama, InstantSource clock) throws IOException {
    this.path = path;
    this.llama = llama;
    this.clock = clock;
    timer.setRemoveOnCancelPolicy(true);
    removeStale(path);
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(path));
  }

  private static void removeStale(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      Files.delete(path);
    }
  }

  /** Accepts clients until closed. */
  void run() throws IOException, InterruptedException {
    while (listener.isOpen()) {
      free.acquire();
      try {
        SocketChannel client = listener.accept();
        threads.execute(() -> serve(client));
      } catch (ClosedChannelException e) {
        // Closed by close(): the end of the loop.
        free.release();
      }
    }
  }

  private void serve(SocketChannel client) {
    Inbound in = new Inbound(client);
    try (client;
        in) {
      threads.execute(in::pump);
      Outbound out = new Outbound(client, timer, WRITE_LIMIT);
      new Connection(llama, clock, in, out, exchanges.readLock()).serve();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "event=client-gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      free.release();
    }
  }

  /** Stops accepting, lets running answers finish for a moment, then cuts them off. */
  @Override
  public void close() throws IOException {
    listener.close();
    Files.deleteIfExists(path);
    try {
      boolean idle = exchanges.writeLock().tryLock(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.log(System.Logger.Level.INFO, "event=stop idle=" + idle);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
      timer.shutdownNow();
    }
  }
}
