package dev.sallyport.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Opening {@code /dev/fuse}, mounting, and the first words with the kernel. */
final class Device {
  private static final String PATH = "/dev/fuse";
  private static final String TYPE = "fuse.sallyport";
  private static final int MAX_PAGES_PER_REQUEST = 256;
  private static final int MAX_BACKGROUND = 64;
  private static final int WANTED =
      Protocol.ASYNC_READ
          | Protocol.DO_READDIRPLUS
          | Protocol.READDIRPLUS_AUTO
          | Protocol.ASYNC_DIO
          | Protocol.PARALLEL_DIROPS
          | Protocol.MAX_PAGES
          | Protocol.INIT_EXT;
  private static final int WANTED_TOO = Protocol.DIRECT_IO_ALLOW_MMAP;

  private Device() {}

  static int open(Kernel kernel) throws FuseFailure {
    int fd = kernel.open(PATH, Kernel.O_RDWR_CLOEXEC);
    if (fd < 0) {
      throw new FuseFailure(
          FuseFailure.Reason.NO_DEVICE, PATH + " cannot be opened: " + Errno.text(-fd));
    }
    return fd;
  }

  /** Another descriptor of the same connection, so that a thread has a queue of its own. */
  static int another(Kernel kernel, int device) throws FuseFailure {
    int fd = open(kernel);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment which = arena.allocateFrom(ValueLayout.JAVA_INT, device);
      int done = kernel.ioctl(fd, Protocol.CLONE, which);
      if (done < 0) {
        var _ = kernel.close(fd);
        throw new FuseFailure(
            FuseFailure.Reason.PROTOCOL, PATH + " cannot be cloned: " + Errno.text(-done));
      }
    }
    return fd;
  }

  static void mount(Kernel kernel, int device, Path point, int uid, int gid) throws FuseFailure {
    // Not allow_other: the kernel turns away every other user, root included, before we are asked.
    String options =
        "fd="
            + device
            + ",rootmode=40000,user_id="
            + uid
            + ",group_id="
            + gid
            + ",default_permissions";
    int flags =
        Kernel.MS_RDONLY
            | Kernel.MS_NOSUID
            | Kernel.MS_NODEV
            | Kernel.MS_NOEXEC
            | Kernel.MS_NOATIME;
    int done = kernel.mount("sallyport", point, TYPE, flags, options);
    if (done < 0) {
      throw new FuseFailure(
          FuseFailure.Reason.NOT_PERMITTED,
          "a file system cannot be mounted at "
              + point
              + ": "
              + Errno.text(-done)
              + "; CAP_SYS_ADMIN over the own mount namespace is needed");
    }
  }

  /**
   * Answers INIT, which is always the first request.
   *
   * @return whether a file may be read past the page cache and mapped as well (Linux 6.6)
   */
  static boolean greet(Kernel kernel, int device) throws FuseFailure {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Protocol.REQUEST_BUFFER, 8);
      long length = kernel.read(device, buffer);
      Request init = new Request(buffer);
      boolean known =
          length >= Protocol.IN_HEADER + 16
              && init.opcode() == Protocol.INIT
              && init.u32(0) == Protocol.MAJOR
              && init.u32(4) >= Protocol.LEAST_MINOR;
      if (!known) {
        throw new FuseFailure(
            FuseFailure.Reason.PROTOCOL,
            length < 0
                ? PATH + ": " + Errno.text((int) -length)
                : "the kernel speaks FUSE "
                    + init.u32(0)
                    + "."
                    + init.u32(4)
                    + "; 7."
                    + Protocol.LEAST_MINOR
                    + " is needed");
      }
      Reply reply = new Reply(arena, Protocol.INIT_OUT).start();
      int flags = init.u32(12) & WANTED;
      int more = (flags & Protocol.INIT_EXT) == 0 ? 0 : init.u32(16) & WANTED_TOO;
      reply.u32(Protocol.MAJOR).u32(init.u32(4)).u32(init.u32(8)).u32(flags);
      reply.u16(MAX_BACKGROUND).u16(MAX_BACKGROUND * 3 / 4).u32(4096).u32(1);
      reply.u16(MAX_PAGES_PER_REQUEST).u16(0).u32(more);
      reply.zeros(Protocol.INIT_OUT - reply.length());
      long sent = reply.send(kernel, device, init.unique(), 0);
      if (sent < 0) {
        throw new FuseFailure(
            FuseFailure.Reason.PROTOCOL, "INIT not taken: " + Errno.text((int) -sent));
      }
      return (more & Protocol.DIRECT_IO_ALLOW_MMAP) != 0;
    }
  }
}
