package dev.sallyport.fuse;

import static dev.sallyport.fuse.Protocol.*;

import dev.sallyport.core.BadInput;
import dev.sallyport.fuse.Tree.Branch;
import dev.sallyport.fuse.Tree.Leaf;
import dev.sallyport.fuse.Tree.Node;
import dev.sallyport.vault.ModelReader;
import dev.sallyport.vault.SealedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One thread that reads requests from its own clone of the device and answers them. It ends when
 * the file system is unmounted.
 *
 * <p>INVARIANT: nothing but the root's attributes is answered to a caller that {@link Callers} does
 * not know (spec/sealed-weights.md §10).
 */
final class Worker implements Runnable {
  private static final System.Logger LOG = System.getLogger("fuse");

  /** The kernel may keep names and attributes: they never change. Seconds. */
  private static final long FOREVER = 86_400;

  private static final int MAX_DIRECTORY_REPLY = 128 << 10;
  private static final int MAX_NAME = 255;
  private static final int BLOCK = 512;
  private static final int PREFERRED_IO = 1 << 20;

  private final MountedModel mount;
  private final int device;

  /** An errno for the caller. */
  private static final class Denied extends Exception {
    private static final long serialVersionUID = 1;
    private final int errno;

    Denied(int errno) {
      super(null, null, false, false);
      this.errno = errno;
    }
  }

  Worker(MountedModel mount, int device) {
    this.mount = mount;
    this.device = device;
  }

  @Override
  public void run() {
    try (Arena arena = Arena.ofConfined()) {
      Kernel kernel = new Kernel(arena);
      MemorySegment buffer = arena.allocate(REQUEST_BUFFER, 8);
      Reply reply = new Reply(arena, MAX_DIRECTORY_REPLY);
      try {
        serve(kernel, buffer, reply);
      } finally {
        var _ = kernel.close(device);
      }
    }
  }

  private void serve(Kernel kernel, MemorySegment buffer, Reply reply) {
    while (true) {
      long length = kernel.read(device, buffer);
      if (length == -Errno.ENODEV) {
        return;
      }
      // Interrupted, or the caller gave up before its request was taken.
      boolean again = length == -Errno.EINTR || length == -Errno.EAGAIN || length == -Errno.ENOENT;
      if (!again && length < IN_HEADER) {
        mount.listener().broken(new IOException("/dev/fuse: " + Errno.text((int) -length)));
        return;
      }
      if (!again) {
        handle(kernel, new Request(buffer.asSlice(0, length)), reply);
      }
    }
  }

  private void handle(Kernel kernel, Request request, Reply reply) {
    int code = 0;
    List<SegmentCache.Slot> held = new ArrayList<>(4);
    try {
      boolean answer = answer(request, reply.start(), held);
      if (!answer) {
        return;
      }
    } catch (Denied e) {
      code = -e.errno;
    } catch (BadInput e) {
      mount.listener().tampered(String.valueOf(e.getMessage()));
      code = -Errno.EIO;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "read of a ciphertext failed", e);
      code = -Errno.EIO;
    } catch (RuntimeException e) {
      mount.listener().broken(e);
      code = -Errno.EIO;
    }
    if (code != 0) {
      reply.start();
    }
    // A failed write means that the caller was killed meanwhile, or the mount is gone: read tells.
    var _ = reply.send(kernel, device, request.unique(), code);
    held.forEach(mount.cache()::release);
  }

  /** False if the kernel expects no answer. */
  private boolean answer(Request request, Reply reply, List<SegmentCache.Slot> held)
      throws Denied, BadInput, IOException {
    switch (request.opcode()) {
      case FORGET, BATCH_FORGET, INTERRUPT -> {
        return false;
      }
      case DESTROY, FLUSH, FSYNC, FSYNCDIR, RELEASEDIR -> {}
      case RELEASE -> mount.readers().release(leaf(request).file());
      case GETATTR -> attributes(request, reply);
      case LOOKUP -> lookup(request, reply);
      case OPEN -> open(request, reply);
      case OPENDIR -> openDirectory(request, reply);
      case READ -> read(request, reply, held);
      case READDIR -> list(request, reply, false);
      case READDIRPLUS -> list(request, reply, true);
      case STATFS -> statistics(request, reply);
      case ACCESS -> access(request);
      case GETXATTR -> throw refused(request, Errno.ENODATA);
      case LISTXATTR -> noExtendedAttributes(request, reply);
      case READLINK -> throw refused(request, Errno.EINVAL);
      case IOCTL -> throw refused(request, Errno.ENOTTY);
      case SETATTR,
          SYMLINK,
          MKNOD,
          MKDIR,
          UNLINK,
          RMDIR,
          RENAME,
          LINK,
          WRITE,
          SETXATTR,
          REMOVEXATTR,
          CREATE,
          FALLOCATE,
          RENAME2,
          COPY_FILE_RANGE,
          TMPFILE ->
          throw refused(request, Errno.EROFS);
      // Says nothing of the model, and is remembered for all callers: STATX is asked first of all.
      default -> throw new Denied(Errno.ENOSYS);
    }
    return true;
  }

  private void require(Request request, Callers.Want want) throws Denied {
    if (!mount.callers().mayRead(request.thread(), want)) {
      throw new Denied(Errno.EACCES);
    }
  }

  /** A stranger is told that it is one, whatever it asked. */
  private Denied refused(Request request, int errno) throws Denied {
    require(request, Callers.Want.USE);
    return new Denied(errno);
  }

  private Node node(long id) throws Denied {
    return mount.tree().node(id).orElseThrow(() -> new Denied(Errno.ESTALE));
  }

  private Leaf leaf(Request request) throws Denied {
    return switch (node(request.node())) {
      case Leaf leaf -> leaf;
      case Branch b -> throw new Denied(Errno.EISDIR);
    };
  }

  private Branch branch(Request request) throws Denied {
    return switch (node(request.node())) {
      case Branch branch -> branch;
      case Leaf l -> throw new Denied(Errno.ENOTDIR);
    };
  }

  /** The root's attributes are for everybody: whoever sets the sandbox up looks at it. */
  private void attributes(Request request, Reply reply) throws Denied {
    if (request.node() != Tree.ROOT) {
      require(request, Callers.Want.USE);
    }
    Node node = node(request.node());
    reply.u64(FOREVER).u32(0).u32(0);
    attributes(node, reply);
  }

  /** {@code fuse_attr}. */
  private void attributes(Node node, Reply reply) {
    long size =
        switch (node) {
          case Leaf leaf -> leaf.file().size();
          case Branch b -> 4096;
        };
    long seconds = mount.since().getEpochSecond();
    reply.u64(node.id()).u64(size).u64(Math.ceilDiv(size, BLOCK));
    reply.u64(seconds).u64(seconds).u64(seconds).u32(0).u32(0).u32(0);
    switch (node) {
      case Leaf l -> reply.u32(S_IFREG | 0444).u32(1);
      case Branch b -> reply.u32(S_IFDIR | 0555).u32(b.links());
    }
    reply.u32(mount.uid()).u32(mount.gid()).u32(0).u32(PREFERRED_IO).u32(0);
  }

  /** {@code fuse_entry_out}. */
  private void entry(Node node, Reply reply) {
    reply.u64(node.id()).u64(0).u64(FOREVER).u64(FOREVER).u32(0).u32(0);
    attributes(node, reply);
  }

  private void lookup(Request request, Reply reply) throws Denied {
    require(request, Callers.Want.USE);
    Branch branch = branch(request);
    if (request.textLength() > MAX_NAME) {
      throw new Denied(Errno.ENAMETOOLONG);
    }
    Optional<Node> found = branch.find(request.text());
    entry(found.orElseThrow(() -> new Denied(Errno.ENOENT)), reply);
  }

  private void open(Request request, Reply reply) throws Denied, BadInput, IOException {
    require(request, Callers.Want.OPEN);
    boolean writing = (request.u32(0) & 3) != 0;
    if (writing) {
      throw new Denied(Errno.EROFS);
    }
    SealedFile file = leaf(request).file();
    mount.readers().open(file);
    boolean direct = mount.direct() && !mount.readers().cached(file);
    reply.u64(0).u32((direct ? DIRECT_IO : 0) | KEEP_CACHE | NO_FLUSH).u32(0);
  }

  private void openDirectory(Request request, Reply reply) throws Denied {
    require(request, Callers.Want.OPEN);
    var _ = branch(request);
    reply.u64(0).u32(KEEP_CACHE | CACHE_DIR).u32(0);
  }

  private void access(Request request) throws Denied {
    require(request, Callers.Want.USE);
    if ((request.u32(0) & 2) != 0) {
      throw new Denied(Errno.EROFS);
    }
  }

  private void statistics(Request request, Reply reply) throws Denied {
    require(request, Callers.Want.USE);
    long blocks = Math.ceilDiv(mount.bytes(), 4096);
    int nodes = mount.tree().nodes().size();
    reply.u64(blocks).u64(0).u64(0).u64(nodes).u64(0).u32(4096).u32(MAX_NAME).u32(4096);
    reply.zeros(4 + 24);
  }

  private void noExtendedAttributes(Request request, Reply reply) throws Denied {
    require(request, Callers.Want.USE);
    boolean sizeOnly = request.u32(0) == 0;
    if (sizeOnly) {
      reply.zeros(XATTR_OUT);
    }
  }

  private void read(Request request, Reply reply, List<SegmentCache.Slot> held)
      throws Denied, BadInput, IOException {
    require(request, Callers.Want.USE);
    if (mount.closed()) {
      // What is taken out of the page cache now MUST not come back into it.
      throw new Denied(Errno.EIO);
    }
    Leaf leaf = leaf(request);
    ModelReader reader = mount.readers().of(leaf.file()).orElseThrow(() -> new Denied(Errno.EIO));
    long position = request.u64(8);
    long end = Math.min(leaf.file().size(), position + Integer.toUnsignedLong(request.u32(16)));
    if (position < 0 || position > end) {
      return;
    }
    // Only what goes to the reader's own memory says whose locks it would respect.
    boolean forTheCache = (request.u32(20) & READ_LOCKOWNER) == 0;
    if (forTheCache) {
      mount.readers().fillsCache(leaf.file());
    }
    int plain = reader.plainLength();
    while (position < end) {
      long segment = position / plain;
      SegmentCache.Key key = new SegmentCache.Key(leaf.file().index(), segment);
      SegmentCache.Slot slot = mount.cache().acquire(key, reader::segment);
      held.add(slot);
      long from = position % plain;
      long count = Math.min(end - position, slot.plain().byteSize() - from);
      reply.slice(slot.plain().asSlice(from, count));
      position += count;
    }
    mount.ahead().reading(leaf.file(), reader, (end - 1) / plain);
  }

  private void list(Request request, Reply reply, boolean plus) throws Denied {
    require(request, Callers.Want.USE);
    Branch branch = branch(request);
    long offset = request.u64(8);
    int room = Math.min(request.u32(16), MAX_DIRECTORY_REPLY);
    int count = branch.entries().size() + 2;
    for (long i = Math.max(0, offset); i < count; i++) {
      Node node = i == 0 ? branch : i == 1 ? branch.parent() : branch.entries().get((int) i - 2);
      byte[] name = Tree.utf8(i == 0 ? "." : i == 1 ? ".." : node.name());
      int length = (plus ? ENTRY_OUT : 0) + Math.ceilDiv(DIRENT + name.length, 8) * 8;
      if (reply.length() + length > room) {
        return;
      }
      if (plus && i < 2) {
        // No reference is taken for these two: a node number of 0 says so.
        reply.zeros(ENTRY_OUT);
      } else if (plus) {
        entry(node, reply);
      }
      int type = node instanceof Branch ? DT_DIR : DT_REG;
      reply.u64(node.id()).u64(i + 1).u32(name.length).u32(type).bytes(name);
      reply.zeros(Math.ceilDiv(name.length, 8) * 8 - name.length);
    }
  }
}
