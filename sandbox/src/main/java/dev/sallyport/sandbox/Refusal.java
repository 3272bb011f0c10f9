package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Turns what bwrap says into what is wrong with the host and what to do about it. */
final class Refusal {
  private static final List<String> NAMESPACE_WORDS =
      List.of("namespace", "uid map", "gid map", "Operation not permitted", "loopback");

  /** A sysctl, the value that forbids, and what to set. */
  private record Switch(String name, String forbids, String allow) {
    boolean isSet() {
      Path file = Path.of("/proc/sys", name.replace('.', '/'));
      if (!Files.isReadable(file)) {
        return false;
      }
      try {
        String value = new String(Bounded.read(file, 64), StandardCharsets.US_ASCII).strip();
        return value.equals(forbids);
      } catch (IOException | BadInput unreadable) {
        return false;
      }
    }
  }

  private static final List<Switch> SWITCHES =
      List.of(
          new Switch("kernel.unprivileged_userns_clone", "0", "1"),
          new Switch("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
          new Switch("user.max_user_namespaces", "0", "16384"));

  private Refusal() {}

  static SandboxFailure explain(List<String> lines) {
    String said = lines.isEmpty() ? "bwrap: (nothing)" : lines.getLast();
    if (NAMESPACE_WORDS.stream().noneMatch(said::contains)) {
      return new SandboxFailure(SandboxFailure.Reason.REFUSED, said);
    }
    return new SandboxFailure(
        SandboxFailure.Reason.NAMESPACES_REFUSED,
        "user namespaces are not permitted here (" + said + "); " + advice());
  }

  private static String advice() {
    return SWITCHES.stream()
        .filter(Switch::isSet)
        .findFirst()
        .map(s -> "set sysctl " + s.name() + "=" + s.allow())
        .orElse(
            "set sysctl kernel.unprivileged_userns_clone=1 (or, where AppArmor restricts them,"
                + " kernel.apparmor_restrict_unprivileged_userns=0), or let the surrounding"
                + " container create user namespaces");
  }
}
