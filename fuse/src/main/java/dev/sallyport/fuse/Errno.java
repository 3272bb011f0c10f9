package dev.sallyport.fuse;

/** The error numbers of Linux that are answered or heard (errno(3), x86 and arm alike). */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int ENODEV = 19;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;
  static final int EROFS = 30;
  static final int ENAMETOOLONG = 36;
  static final int ENOSYS = 38;
  static final int ENODATA = 61;
  static final int ESTALE = 116;

  private Errno() {}

  /** For messages. */
  static String text(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted";
      case ENOENT -> "no such file";
      case EACCES -> "permission denied";
      case ENODEV -> "no such device";
      case EINVAL -> "invalid argument";
      default -> "error " + errno;
    };
  }
}
