package dev.sallyport.keeper;

import dev.sallyport.core.Refusal;
import dev.sallyport.sandbox.UidRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gives each model that runs a user and group of its own, if the keeper has some to give. A number
 * comes around again only after all others did, and never while plaintext is left that was its.
 * Thread-safe.
 */
final class Users {
  private final int count;
  private final Set<Integer> taken = new HashSet<>();
  private int last;

  /**
   * @param count how many, from {@link UidRange#INSIDE} on; 0 if all runtimes run as the keeper
   */
  Users(int count) {
    this.count = count;
  }

  boolean any() {
    return count > 0;
  }

  /** A user that nobody has; none if there are none to give. */
  synchronized OptionalInt take() throws Refusal {
    if (!any()) {
      return OptionalInt.empty();
    }
    for (int i = 1; i <= count; i++) {
      int number = UidRange.INSIDE + (last + i) % count;
      if (taken.add(number)) {
        last = number - UidRange.INSIDE;
        return OptionalInt.of(number);
      }
    }
    throw new Refusal("busy", "all " + count + " users for runtimes are taken");
  }

  /** Nothing of this user is left. */
  synchronized void giveBack(OptionalInt user) {
    user.ifPresent(taken::remove);
  }

  /** Makes what lies below readable to this user, and to no other but us. */
  static void hand(Path directory, OptionalInt user) throws IOException {
    if (user.isEmpty()) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all = walk.toList();
    }
    for (Path path : all) {
      String mode = Files.isDirectory(path) ? "r-x------" : "r--------";
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      Files.setAttribute(path, "unix:gid", user.getAsInt());
      Files.setAttribute(path, "unix:uid", user.getAsInt());
    }
  }
}
