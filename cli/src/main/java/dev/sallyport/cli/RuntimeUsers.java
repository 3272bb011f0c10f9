package dev.sallyport.cli;

import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Profile;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import dev.sallyport.sandbox.UidRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether each model's runtime can run as a user of its own here, and if not, why not.
 *
 * @param range the users to give
 * @param why none are given, in words
 */
record RuntimeUsers(Optional<UidRange> range, String why) {
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);
  private static final Set<PosixFilePermission> TO_ALL =
      Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE);

  /**
   * What is possible on this machine; tried, not guessed.
   *
   * @param inside the keeper's user in its sandbox
   */
  static RuntimeUsers possible(Sandbox sandbox, Dist dist, int inside)
      throws Failure, InterruptedException {
    try {
      Optional<UidRange> range = UidRange.here();
      if (range.isEmpty()) {
        return none("this user has no range in /etc/subuid and /etc/subgid, or no newuidmap");
      }
      if (!forAll(dist.app(Confinements.RUNTIME))) {
        return none(dist.app(Confinements.RUNTIME) + " is not readable by other users");
      }
      Confinement view =
          Confinement.nothing()
              .profile(Profile.keeper())
              .proc()
              .uid(inside)
              .range(range.get())
              .build();
      List<String> command = new ArrayList<>(UidRange.own(inside, range.get().count()));
      command.addAll(List.of("/usr/bin/setpriv", "--reuid", Integer.toString(UidRange.INSIDE)));
      command.addAll(List.of("--clear-groups", "--", "/usr/bin/true"));
      Confined probe = sandbox.start(view, command, Output.TAIL);
      boolean good = probe.waitFor(PROBE_LIMIT).orElse(1) == 0;
      return good ? new RuntimeUsers(range, "") : none("the range cannot be mapped here");
    } catch (IOException | SandboxFailure e) {
      return none(String.valueOf(e.getMessage()));
    }
  }

  static RuntimeUsers none(String why) {
    return new RuntimeUsers(Optional.empty(), why);
  }

  private static boolean forAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
          return false;
        }
      }
    }
    return Files.getPosixFilePermissions(directory).containsAll(TO_ALL);
  }

  /** For people to read. */
  String words() {
    return range
        .map(r -> "one of its own for each model, of " + r.count() + " from " + r.users())
        .orElse("the same for all models: " + why);
  }
}
