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
      description = "What holds the root key: file, pkcs11 or tpm (default: ${DEFAULT-VALUE}).")
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

  @Option(
      names = "--tpm-device",
      paramLabel = "FILE",
      description = "The TPM 2.0: a device or a Unix socket (default: /dev/tpmrm0).")
  private @Nullable Path tpm;

  @Option(
      names = "--tpm-pcrs",
      paramLabel = "LIST",
      description =
          "The registers the root key is sealed to, as 0,2,4,7 (default: 7, secure boot).")
  private @Nullable String pcrs;

  RootKeyPlace place() throws Failure {
    return switch (kind) {
      case "file" -> {
        refuseToken();
        refuseTpm();
        yield RootKeyPlace.file();
      }
      case "pkcs11" -> {
        refuseTpm();
        yield token();
      }
      case "tpm" -> {
        refuseToken();
        yield tpm();
      }
      default ->
          throw new Failure(Exit.USAGE, "--root-key " + kind + "; file, pkcs11 and tpm are known");
    };
  }

  private void refuseToken() throws Failure {
    if (module != null || token != null || pin != null) {
      throw new Failure(Exit.USAGE, "--pkcs11-… and --pin-file need --root-key pkcs11");
    }
  }

  private void refuseTpm() throws Failure {
    if (tpm != null || pcrs != null) {
      throw new Failure(Exit.USAGE, "--tpm-… need --root-key tpm");
    }
  }

  private RootKeyPlace tpm() throws Failure {
    Path device = HostTpm.device("--tpm-device", tpm == null ? Path.of("/dev/tpmrm0") : tpm);
    return new RootKeyPlace(
        List.of(
            "--root-key",
            "tpm",
            "--tpm-device",
            device.toString(),
            "--tpm-pcrs",
            pcrs == null ? "7" : pcrs),
        List.of(device),
        Map.of(),
        Optional.empty());
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
