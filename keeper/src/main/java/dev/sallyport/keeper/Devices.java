package dev.sallyport.keeper;

import dev.sallyport.core.BadInput;
import dev.sallyport.sandbox.CommandProfile;
import dev.sallyport.sandbox.DeviceNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * The devices of this host that runtimes may be given, if a signed profile lists them.
 *
 * @param nodes as the keeper sees them; {@code up --device} shows it these and no others
 * @param ownUsers whether runtimes run as other users than the keeper
 */
record Devices(List<Path> nodes, boolean ownUsers) {
  Devices {
    nodes = List.copyOf(nodes);
  }

  /** Fails unless each device of the profile is there, is the one that is meant, and opens. */
  void require(CommandProfile profile) throws BadInput {
    for (DeviceNode node : profile.devices()) {
      if (!nodes.contains(node.path())) {
        throw new BadInput(
            "device "
                + node.path()
                + " of the profile is not there for runtimes; start with: sallyport up --device "
                + node.path());
      }
      node.requirePresent();
      requireOpen(node.path());
    }
  }

  private void requireOpen(Path node) throws BadInput {
    boolean open;
    try {
      Set<PosixFilePermission> mode =
          Files.getPosixFilePermissions(node, LinkOption.NOFOLLOW_LINKS);
      open = ownUsers ? mode.contains(PosixFilePermission.OTHERS_READ) : Files.isReadable(node);
    } catch (IOException e) {
      throw new BadInput("device " + node + " cannot be looked at", e);
    }
    if (!open) {
      throw new BadInput(
          "device "
              + node
              + " cannot be opened by runtimes"
              + (ownUsers ? ", which are users of their own: it must be readable by all" : ""));
    }
  }
}
