package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.sandbox.DeviceNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * What of this machine the keeper sees, to give it to runtimes whose signed command wants it: no
 * option here gives anything to a runtime by itself.
 */
final class Offered {
  @Option(
      names = "--runtime-dir",
      paramLabel = "DIR",
      description =
          "Where inference servers of other makers may be read from, beside /opt and /srv; may be"
              + " repeated. What of it may run is for: sallyport commands allow.")
  private List<Path> runtimeDirs = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "/dev/NODE",
      description =
          "A device, such as a GPU's, that runtimes may be given; may be repeated. Which command"
              + " gets it is for: sallyport commands allow --profile.")
  private List<Path> devices = new ArrayList<>();

  /** What was found there. */
  record Here(List<Path> directories, List<DeviceNode> devices) {
    Here {
      directories = List.copyOf(directories);
      devices = List.copyOf(devices);
    }

    static Here nothing() {
      return new Here(List.of(), List.of());
    }
  }

  /** Fails unless all of it is there and may be given to a runtime at all. */
  Here look() throws Failure {
    List<Path> directories = new ArrayList<>();
    for (Path directory : runtimeDirs) {
      if (!Files.isDirectory(directory)) {
        throw new Failure(Exit.MISSING, "--runtime-dir " + directory + " is not a directory");
      }
      directories.add(directory.toAbsolutePath().normalize());
    }
    List<DeviceNode> nodes = new ArrayList<>();
    for (Path path : devices) {
      try {
        nodes.add(DeviceNode.onHost(path));
      } catch (BadInput e) {
        throw new Failure(Exit.MISSING, "--device: " + e.getMessage(), e);
      }
    }
    return new Here(directories, nodes);
  }
}
