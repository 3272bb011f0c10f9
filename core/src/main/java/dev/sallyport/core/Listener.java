package dev.sallyport.core;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * A Unix socket on which a process answers requests (spec/key-release.md §2): one virtual thread
 * per connection, at most {@link Limits#connections} of them, requests of one connection in turn.
 *
 * <p>Owned by whoever opened it; {@link #close} ends all connections and removes the socket.
 */
public final class Listener implements AutoCloseable {
  /** A {@code sockaddr_un} holds 108 bytes, the last of which is zero. */
  public static final int MAX_PATH = 107;

  private static final System.Logger LOG = System.getLogger("listener");

  /**
   * What peers may take.
   *
   * @param connections open at once; one more is closed at once
   * @param idle how long a peer may take for one whole frame, and to read an answer
   */
  public record Limits(int connections, Duration idle) {
    /** 64 connections, 30 s. */
    public static final Limits DEFAULT = new Limits(64, Duration.ofSeconds(30));
  }

  /** Answers one request, usually with one {@link Exchange#ok}. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers one request.
     *
     * @throws Refusal to answer with its code
     * @throws BadInput to answer with code {@code request}
     * @throws IOException if the peer went away
     */
    void answer(Json.Obj request, Exchange exchange) throws Refusal, BadInput, IOException;
  }

  /** The way back to the peer. */
  public interface Exchange {
    /** Sends one {@code ok} answer. */
    void ok(Json.Obj content) throws IOException;
  }

  private final Path path;
  private final Limits limits;
  private final Handler handler;
  private final ServerSocketChannel socket;
  private final Semaphore free;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final Thread acceptor;

  private Listener(Path path, Limits limits, Handler handler, ServerSocketChannel socket) {
    this.path = path;
    this.limits = limits;
    this.handler = handler;
    this.socket = socket;
    this.free = new Semaphore(limits.connections());
    this.acceptor = Thread.ofVirtual().name("accept-" + path.getFileName()).unstarted(this::accept);
  }

  /**
   * Listens at {@code path}, mode 0600, in a directory of mode 0700 that is made if missing. A
   * socket left over by a dead process is replaced: the caller holds the lock of its home.
   */
  public static Listener open(Path path, Limits limits, Handler handler)
      throws IOException, BadInput {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw new BadInput(
          "socket path of " + length + " bytes; limit " + MAX_PATH + ", choose a shorter home");
    }
    Path directory = path.toAbsolutePath().getParent();
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.deleteIfExists(path);
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    Listener listener = new Listener(path, limits, handler, socket);
    listener.acceptor.start();
    return listener;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel peer = socket.accept();
        if (free.tryAcquire()) {
          Thread.ofVirtual().name("serve-" + path.getFileName()).start(() -> serve(peer));
        } else {
          LOG.log(
              System.Logger.Level.WARNING, "socket={0} refused=connections", path.getFileName());
          peer.close();
        }
      }
    } catch (ClosedChannelException closed) {
      LOG.log(System.Logger.Level.DEBUG, "socket={0} closed", path.getFileName());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "socket " + path.getFileName() + " failed", e);
    }
  }

  private void serve(SocketChannel peer) {
    open.add(peer);
    try (peer) {
      while (peer.isOpen() && socket.isOpen()) {
        answer(Deadline.within(limits.idle(), peer, () -> Wire.read(peer)), peer);
      }
    } catch (IOException gone) {
      LOG.log(System.Logger.Level.DEBUG, "peer gone", gone);
    } catch (BadInput bad) {
      // What is not a frame leaves no place from which to read on: the connection ends.
      LOG.log(System.Logger.Level.WARNING, "socket={0} bad frame: {1}", path.getFileName(), bad);
    } finally {
      open.remove(peer);
      free.release();
    }
  }

  private void answer(Json.Obj request, SocketChannel peer) throws IOException {
    try {
      handler.answer(request, content -> send(peer, Json.obj().put("ok", content).build()));
    } catch (Refusal e) {
      send(peer, error(e.code(), String.valueOf(e.getMessage())));
    } catch (BadInput e) {
      send(peer, error("request", String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "internal error in " + path.getFileName(), e);
      send(peer, error("internal", "internal error; see the operator log"));
    }
  }

  private void send(SocketChannel peer, Json.Obj answer) throws IOException {
    try {
      Deadline.within(
          limits.idle(),
          peer,
          () -> {
            Wire.write(peer, answer);
            return answer;
          });
    } catch (BadInput e) {
      throw new IllegalStateException("internal error: writing reads nothing", e);
    }
  }

  private static Json.Obj error(String code, String message) {
    Json.Obj error = Json.obj().put("code", code).put("message", message).build();
    return Json.obj().put("error", error).build();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (SocketChannel peer : open) {
      peer.close();
    }
    Files.deleteIfExists(path);
  }
}
