package dev.sallyport.fuse;

/**
 * The kernel's FUSE protocol, version 7 (linux/fuse.h), as far as a read-only file system meets it:
 * operations, flags, and lengths of structures. All is in the byte order of the machine.
 */
final class Protocol {
  static final int MAJOR = 7;

  /** The first with everything used here (Linux 5.10). */
  static final int LEAST_MINOR = 31;

  /** {@code fuse_in_header}. */
  static final int IN_HEADER = 40;

  /** {@code fuse_out_header}. */
  static final int OUT_HEADER = 16;

  /** What the kernel demands of the buffer that requests are read into. */
  static final int REQUEST_BUFFER = 64 << 10;

  static final int LOOKUP = 1;
  static final int FORGET = 2;
  static final int GETATTR = 3;
  static final int SETATTR = 4;
  static final int READLINK = 5;
  static final int SYMLINK = 6;
  static final int MKNOD = 8;
  static final int MKDIR = 9;
  static final int UNLINK = 10;
  static final int RMDIR = 11;
  static final int RENAME = 12;
  static final int LINK = 13;
  static final int OPEN = 14;
  static final int READ = 15;
  static final int WRITE = 16;
  static final int STATFS = 17;
  static final int RELEASE = 18;
  static final int FSYNC = 20;
  static final int SETXATTR = 21;
  static final int GETXATTR = 22;
  static final int LISTXATTR = 23;
  static final int REMOVEXATTR = 24;
  static final int FLUSH = 25;
  static final int INIT = 26;
  static final int OPENDIR = 27;
  static final int READDIR = 28;
  static final int RELEASEDIR = 29;
  static final int FSYNCDIR = 30;
  static final int ACCESS = 34;
  static final int CREATE = 35;
  static final int INTERRUPT = 36;
  static final int DESTROY = 38;
  static final int IOCTL = 39;
  static final int BATCH_FORGET = 42;
  static final int FALLOCATE = 43;
  static final int READDIRPLUS = 44;
  static final int RENAME2 = 45;
  static final int COPY_FILE_RANGE = 47;
  static final int TMPFILE = 51;

  // fuse_init_in.flags
  static final int ASYNC_READ = 1;
  static final int DO_READDIRPLUS = 1 << 13;
  static final int READDIRPLUS_AUTO = 1 << 14;
  static final int ASYNC_DIO = 1 << 15;
  static final int PARALLEL_DIROPS = 1 << 18;
  static final int MAX_PAGES = 1 << 22;
  static final int INIT_EXT = 1 << 30;

  // fuse_init_in.flags2, of which the first is bit 32
  static final int DIRECT_IO_ALLOW_MMAP = 1 << 4;

  // fuse_read_in.read_flags
  static final int READ_LOCKOWNER = 1 << 1;

  // fuse_open_out.open_flags
  static final int DIRECT_IO = 1;
  static final int KEEP_CACHE = 1 << 1;
  static final int CACHE_DIR = 1 << 3;
  static final int NO_FLUSH = 1 << 5;

  /** {@code FUSE_NOTIFY_INVAL_INODE}. */
  static final int INVALIDATE_INODE = 2;

  /** {@code FUSE_DEV_IOC_CLONE}. */
  static final long CLONE = 0x8004e500L;

  static final int INIT_OUT = 64;
  static final int ENTRY_OUT = 128;
  static final int ATTR_OUT = 104;
  static final int OPEN_OUT = 16;
  static final int STATFS_OUT = 80;
  static final int XATTR_OUT = 8;
  static final int DIRENT = 24;
  static final int INVALIDATE_OUT = 24;

  static final int S_IFDIR = 0040000;
  static final int S_IFREG = 0100000;
  static final int DT_DIR = 4;
  static final int DT_REG = 8;

  private Protocol() {}
}
