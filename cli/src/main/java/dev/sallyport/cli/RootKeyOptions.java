package dev.sallyport.cli;

import dev.sallyport.core.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a root key is to be, as options of {@code init} and {@code keys rotate}. */
final class RootKeyOptions {
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

  /**
   * The place that was asked for.
   *
   * @param option the option that says the kind
   * @param passphrase whether a file is to be under one
   */
  RootKeyPlace place(String option, String kind, boolean passphrase) throws Failure {
    if (!kind.equals("pkcs11")) {
      refuseToken(option);
    }
    if (!kind.equals("tpm")) {
      refuseTpm(option);
    }
    return switch (kind) {
      case "file" -> RootKeyPlace.file(passphrase);
      case "pkcs11" -> token(option);
      case "tpm" -> tpm();
      default ->
          throw new Failure(Exit.USAGE, option + " " + kind + "; file, pkcs11 and tpm are known");
    };
  }

  /** Fails if a place is described. */
  void refuse(String option) throws Failure {
    refuseToken(option);
    refuseTpm(option);
  }

  private void refuseToken(String option) throws Failure {
    if (module != null || token != null || pin != null || !paths.isEmpty()) {
      throw new Failure(Exit.USAGE, "--pkcs11-… and --pin-file need " + option + " pkcs11");
    }
  }

  private void refuseTpm(String option) throws Failure {
    if (tpm != null || pcrs != null) {
      throw new Failure(Exit.USAGE, "--tpm-… need " + option + " tpm");
    }
  }

  private RootKeyPlace tpm() throws Failure {
    Path device = HostTpm.device("--tpm-device", tpm == null ? Path.of("/dev/tpmrm0") : tpm);
    return new RootKeyPlace(
        Optional.of(
            Json.obj()
                .put("provider", "tpm")
                .put("device", device.toString())
                .put("pcrs", pcrs == null ? "7" : pcrs)
                .build()),
        List.of(device),
        Map.of(),
        Optional.empty());
  }

  private RootKeyPlace token(String option) throws Failure {
    if (module == null || token == null || pin == null) {
      throw new Failure(
          Exit.USAGE, option + " pkcs11 needs --pkcs11-module, --pkcs11-token and --pin-file");
    }
    Path library = present("--pkcs11-module", module);
    List<Path> seen = new ArrayList<>();
    for (Path path : paths) {
      seen.add(present("--pkcs11-path", path));
    }
    seen.add(library);
    return new RootKeyPlace(
        Optional.of(
            Json.obj()
                .put("provider", "pkcs11")
                .put("module", library.toString())
                .put("token", token)
                .build()),
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
