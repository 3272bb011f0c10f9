package dev.sallyport.cli;

import dev.sallyport.sandbox.Confinement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The TPM by which the keeper says what this machine booted.
 *
 * @param device a device or a Unix socket
 * @param pcrs the registers it quotes, as 0,7
 */
record HostTpm(Path device, String pcrs) {
  /**
   * A TPM that an option names. Nothing else may be: what is named is shown to a confined process
   * to write to, and a directory would be a way out of its confinement.
   */
  static Path device(String option, Path path) throws Failure {
    Path whole = RootKeyOptions.present(option, path);
    try {
      if (Files.readAttributes(whole, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isOther()) {
        return whole;
      }
    } catch (IOException e) {
      throw new Failure(Exit.MISSING, option + " " + path + " cannot be read", e);
    }
    throw new Failure(Exit.USAGE, option + " " + path + " is neither a device nor a socket");
  }

  /** What the keeper is told. */
  List<String> arguments() {
    return List.of("--tpm-device", device.toString(), "--tpm-pcrs", pcrs);
  }

  void show(Confinement.Builder view) {
    Confinements.reach(view, device);
  }
}
