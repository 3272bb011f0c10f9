package dev.sallyport.cli;

import dev.sallyport.sandbox.Confined;
import dev.sallyport.sandbox.Confinement;
import dev.sallyport.sandbox.Output;
import dev.sallyport.sandbox.Profile;
import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the keeper gets plaintext before a runtime (spec/sealed-weights.md §10). */
enum Loader {
  /** Decrypted beforehand if it fits into memory, else when read. */
  AUTO,
  /** Decrypted beforehand. */
  MEMORY,
  /** Decrypted when read. */
  FUSE;

  static final Path DEVICE = Path.of("/dev/fuse");
  private static final Path UNSHARE = Path.of("/usr/bin/unshare");
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);

  /** A mount namespace of its own in which the process may mount; it mounts for nobody else. */
  static final List<String> MOUNTING =
      List.of(UNSHARE.toString(), "--user", "--map-current-user", "--mount", "--keep-caps", "--");

  /** Of the command line. */
  static final class Converter implements ITypeConverter<Loader> {
    @Override
    public Loader convert(String word) {
      for (Loader loader : values()) {
        if (loader.word().equals(word)) {
          return loader;
        }
      }
      throw new TypeConversionException("\"" + word + "\"; auto, memory or fuse is expected");
    }
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is possible here: {@code auto} becomes {@code memory} where nothing can be mounted. */
  Loader possible(Sandbox sandbox) throws Failure, InterruptedException {
    return switch (this) {
      case MEMORY -> MEMORY;
      case AUTO -> mounts(sandbox) ? AUTO : MEMORY;
      case FUSE -> {
        if (!mounts(sandbox)) {
          throw new Failure(
              Exit.UNAVAILABLE,
              "--loader fuse needs a writable "
                  + DEVICE
                  + " and user namespaces that may mount; use --loader memory");
        }
        yield FUSE;
      }
    };
  }

  private static boolean mounts(Sandbox sandbox) throws InterruptedException {
    if (!Files.isWritable(DEVICE) || !Files.isExecutable(UNSHARE)) {
      return false;
    }
    List<String> command = new ArrayList<>(MOUNTING);
    command.add("/usr/bin/true");
    try {
      Confinement view = Confinement.nothing().profile(Profile.keeper()).proc().build();
      Confined probe = sandbox.start(view, command, Output.TAIL);
      return probe.waitFor(PROBE_LIMIT).orElse(1) == 0;
    } catch (SandboxFailure e) {
      return false;
    }
  }
}
