package dev.sallyport.cli;

import dev.sallyport.sandbox.Confinement;
import java.nio.file.Path;
import java.util.List;

/**
 * The TPM by which the keeper says what this machine booted.
 *
 * @param device a device or a Unix socket
 * @param pcrs the registers it quotes, as 0,7
 */
record HostTpm(Path device, String pcrs) {
  /** What the keeper is told. */
  List<String> arguments() {
    return List.of("--tpm-device", device.toString(), "--tpm-pcrs", pcrs);
  }

  void show(Confinement.Builder view) {
    Confinements.reach(view, device);
  }
}
