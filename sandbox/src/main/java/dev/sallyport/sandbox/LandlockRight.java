package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;

/**
 * What Landlock can deny (landlock(7), {@code linux/landlock.h}). All that the kernel knows is
 * denied to a restricted process, wherever its profile does not grant it.
 */
public enum LandlockRight {
  EXECUTE(Kind.FILE, 0, 1),
  WRITE_FILE(Kind.FILE, 1, 1),
  READ_FILE(Kind.FILE, 2, 1),
  READ_DIR(Kind.DIRECTORY, 3, 1),
  REMOVE_DIR(Kind.DIRECTORY, 4, 1),
  REMOVE_FILE(Kind.DIRECTORY, 5, 1),
  MAKE_CHAR(Kind.DIRECTORY, 6, 1),
  MAKE_DIR(Kind.DIRECTORY, 7, 1),
  MAKE_REG(Kind.DIRECTORY, 8, 1),
  MAKE_SOCK(Kind.DIRECTORY, 9, 1),
  MAKE_FIFO(Kind.DIRECTORY, 10, 1),
  MAKE_BLOCK(Kind.DIRECTORY, 11, 1),
  MAKE_SYM(Kind.DIRECTORY, 12, 1),
  REFER(Kind.DIRECTORY, 13, 2),
  TRUNCATE(Kind.FILE, 14, 3),
  IOCTL_DEV(Kind.FILE, 15, 5),
  BIND_TCP(Kind.NETWORK, 0, 4),
  CONNECT_TCP(Kind.NETWORK, 1, 4),
  ABSTRACT_UNIX_SOCKET(Kind.SCOPE, 0, 6),
  SIGNAL(Kind.SCOPE, 1, 6);

  /** What a right is about; those of directories mean nothing for a file. */
  enum Kind {
    FILE,
    DIRECTORY,
    NETWORK,
    SCOPE
  }

  final Kind kind;
  final long bit;

  /** The version of the kernel's interface that brought it. */
  final int since;

  LandlockRight(Kind kind, int bit, int since) {
    this.kind = kind;
    this.bit = 1L << bit;
    this.since = since;
  }

  static LandlockRight parse(String name) throws BadInput {
    for (LandlockRight right : values()) {
      if (right.name().toLowerCase(Locale.ROOT).equals(name)) {
        return right;
      }
    }
    throw new BadInput("right \"" + Json.clip(name) + "\" of Landlock is not known here");
  }

  /** The bits of those among these rights that are of such kinds and that this version knows. */
  static long bits(Collection<LandlockRight> rights, Set<Kind> kinds, int version) {
    return rights.stream()
        .filter(right -> kinds.contains(right.kind) && right.since <= version)
        .mapToLong(right -> right.bit)
        .reduce(0, (a, b) -> a | b);
  }
}
