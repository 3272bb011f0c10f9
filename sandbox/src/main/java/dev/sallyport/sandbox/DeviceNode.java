package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One character device that a runtime may be given: where its node lies and which device that must
 * be. Never one of {@link RefusedDevices}. Immutable.
 */
public record DeviceNode(Path path, int major, int minor) {
  private static final Path DEV = Path.of("/dev");
  private static final Path KERNEL = Path.of("/sys/dev/char");
  private static final Pattern PLAIN = Pattern.compile("/dev(/[A-Za-z0-9_.,:@+-]+)+");
  private static final int MAX_PATH = 255;
  private static final int MAX_UEVENT = 1 << 12;
  private static final String NAME = "DEVNAME=";

  /** Of /dev/null and its like. */
  private static final int BASE = 1;

  /** As the kernel packs them (MINORBITS). */
  private static final int MAX_MAJOR = (1 << 12) - 1;

  private static final int MAX_MINOR = (1 << 20) - 1;

  /** {@code S_IFMT}, {@code S_IFCHR} of inode(7). */
  private static final int KIND = 0170000;

  private static final int CHARACTER = 0020000;

  public DeviceNode {
    if (!path.startsWith(DEV) || path.equals(DEV)) {
      throw new IllegalArgumentException("internal error: node outside /dev");
    }
  }

  static DeviceNode parse(Json.Obj json) throws BadInput {
    json.only("path", "major", "minor");
    return of(
        plain(json.string("path")),
        number(json, "major", MAX_MAJOR),
        number(json, "minor", MAX_MINOR));
  }

  private static int number(Json.Obj json, String name, int high) throws BadInput {
    long value = json.integer(name);
    if (value < 0 || value > high) {
      throw new BadInput(name + " is " + value + "; it must be 0 to " + high);
    }
    return (int) value;
  }

  private static Path plain(String text) throws BadInput {
    boolean good = text.length() <= MAX_PATH && PLAIN.matcher(text).matches();
    if (!good || !Path.of(text).normalize().toString().equals(text)) {
      throw new BadInput("device " + Json.clip(text) + " is not a plain path below /dev");
    }
    return Path.of(text);
  }

  private static DeviceNode of(Path path, int major, int minor) throws BadInput {
    Optional<String> named = RefusedDevices.whyNamed(DEV.relativize(path).toString());
    Optional<String> why = named.or(() -> RefusedDevices.whyNumbered(major, minor));
    if (why.isPresent()) {
      throw new BadInput(
          "device " + path + " (" + major + ":" + minor + ") is for no runtime: " + why.get());
    }
    return new DeviceNode(path, major, minor);
  }

  /**
   * The node that lies there now, on a host. The kernel is asked for its own name of the device,
   * too: a node can be made under any name, and many numbers are handed out anew at each boot.
   */
  public static DeviceNode onHost(Path path) throws BadInput {
    DeviceNode node = present(plain(path.toString()));
    Path event = KERNEL.resolve(node.numbers()).resolve("uevent");
    // What is left of major 1 is what every sandbox has, under its own name.
    if (node.major != BASE && Files.isReadable(event)) {
      for (String line : lines(event)) {
        if (line.startsWith(NAME)) {
          var _ = of(DEV.resolve(line.substring(NAME.length())), node.major, node.minor);
        }
      }
    }
    return node;
  }

  private static List<String> lines(Path file) throws BadInput {
    try {
      return new String(Bounded.read(file, MAX_UEVENT), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new BadInput("device " + file.getParent() + " cannot be looked at", e);
    }
  }

  private static DeviceNode present(Path path) throws BadInput {
    Map<String, Object> seen;
    try {
      seen = Files.readAttributes(path, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new BadInput("device " + path + " does not exist", e);
    }
    if ((number(seen, "mode") & KIND) != CHARACTER) {
      throw new BadInput("device " + path + " is not the node of a character device");
    }
    long device = number(seen, "rdev");
    // makedev(3): both numbers were widened after there was no room for it.
    long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
    long minor = (device & 0xff) | (device >>> 12 & ~0xffL);
    return of(path, (int) major, (int) minor & MAX_MINOR);
  }

  private static long number(Map<String, Object> seen, String name) {
    return ((Number) seen.getOrDefault(name, 0)).longValue();
  }

  /** Fails unless its node lies at its path. */
  public void requirePresent() throws BadInput {
    DeviceNode there = present(path);
    if (!there.equals(this)) {
      throw new BadInput(
          "device " + path + " is " + there.numbers() + "; the profile means " + numbers());
    }
  }

  /** As ls(1) shows them, with a colon. */
  public String numbers() {
    return major + ":" + minor;
  }
}
