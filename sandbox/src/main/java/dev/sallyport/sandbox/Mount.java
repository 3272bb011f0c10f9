package dev.sallyport.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Something that a confined process sees at the absolute path {@link #inside}. */
public sealed interface Mount {

  /** Where the process sees it. */
  Path inside();

  /** A file or directory of the host, not to be written. */
  record ReadOnly(Path source, Path inside) implements Mount {}

  /** As {@link ReadOnly}, and what may be executed is there. */
  record Program(Path source, Path inside) implements Mount {}

  /** A file or directory of the host, to be written. */
  record ReadWrite(Path source, Path inside) implements Mount {}

  /** A device node of the host, such as {@code /dev/fuse} or {@code /dev/tpmrm0}. */
  record Device(Path source, Path inside) implements Mount {}

  /**
   * An empty memory file system, gone with the process.
   *
   * @param bytes that it may hold at most
   * @param mode of its directory, in octal: 0700, or 0711 for one that others may pass through
   */
  record Memory(Path inside, long bytes, String mode) implements Mount {}

  /** What of the host must exist. */
  default Optional<Path> host() {
    return switch (this) {
      case ReadOnly m -> Optional.of(m.source());
      case Program m -> Optional.of(m.source());
      case ReadWrite m -> Optional.of(m.source());
      case Device m -> Optional.of(m.source());
      case Memory m -> Optional.empty();
    };
  }

  /** The arguments of bwrap(1). */
  default List<String> arguments() {
    String at = inside().toString();
    return switch (this) {
      case ReadOnly m -> List.of("--ro-bind", m.source().toString(), at);
      case Program m -> List.of("--ro-bind", m.source().toString(), at);
      case ReadWrite m -> List.of("--bind", m.source().toString(), at);
      case Device m -> List.of("--dev-bind", m.source().toString(), at);
      case Memory m ->
          List.of("--perms", m.mode(), "--size", Long.toString(m.bytes()), "--tmpfs", at);
    };
  }
}
