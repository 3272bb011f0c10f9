package dev.sallyport.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the root key is to be, as options of {@code init}. */
final class RootKeyOptions {
  @Option(
      names = "--root-key",
      paramLabel = "KIND",
      description = "What holds the root key: file or pkcs11 (default: ${DEFAULT-VALUE}).")
  private String kind = "file";

  @Option(
      names = "--pkcs11-module",
      paramLabel = "FILE",
      description = "The library of the token's maker.")
  private @Nullable Path module;

  @Option(names = "--pkcs11-token", paramLabel = "LABEL", description = "The token's label.")
  private @Nullable String token;

  @Option(
      names = "--pkcs11-path",
      paramLabel = "PATH",
      description = "What the library reads or writes outside /usr; may be repeated.")
  private List<Path> paths = new ArrayList<>();

  @Option(
      names = "--pkcs11-env",
      paramLabel = "NAME=VALUE",
      description = "What configures the library; may be repeated.")
  private Map<String, String> environment = new TreeMap<>();

  @Option(
      names = "--pin-file",
      paramLabel = "FILE",
      description = "The token's PIN is the first line of this file.")
  private @Nullable Path pin;

  RootKeyPlace place() throws Failure {
    return switch (kind) {
      case "file" -> file();
      case "pkcs11" -> token();
      default -> throw new Failure(Exit.USAGE, "--root-key " + kind + "; file or pkcs11 are known");
    };
  }

  private RootKeyPlace file() throws Failure {
    if (module != null || token != null || pin != null) {
      throw new Failure(Exit.USAGE, "--pkcs11-… and --pin-file need --root-key pkcs11");
    }
    return RootKeyPlace.file();
  }

  private RootKeyPlace token() throws Failure {
    if (module == null || token == null || pin == null) {
      throw new Failure(
          Exit.USAGE, "--root-key pkcs11 needs --pkcs11-module, --pkcs11-token and --pin-file");
    }
    Path library = present("--pkcs11-module", module);
    List<Path> seen = new ArrayList<>();
    for (Path path : paths) {
      seen.add(present("--pkcs11-path", path));
    }
    seen.add(library);
    return new RootKeyPlace(
        List.of(
            "--root-key", "pkcs11", "--pkcs11-module", library.toString(), "--pkcs11-token", token),
        seen,
        environment,
        Optional.of(present("--pin-file", pin)));
  }

  static Path present(String option, Path path) throws Failure {
    if (!Files.isReadable(path)) {
      throw new Failure(Exit.MISSING, option + " " + path + " cannot be read");
    }
    return path.toAbsolutePath().normalize();
  }
}
