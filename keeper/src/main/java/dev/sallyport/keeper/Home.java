package dev.sallyport.keeper;

import java.nio.file.Path;

/** Where things are (spec/key-release.md §1). */
record Home(Path root) {
  Path trustRoot() {
    return root.resolve("trust-root.json");
  }

  Path keeperKey() {
    return root.resolve("keeper/keeper.key");
  }

  Path vault() {
    return root.resolve("vault");
  }

  Path listen() {
    return root.resolve("run/keeper/keeper.sock");
  }

  Path control() {
    return root.resolve("run/server/control.sock");
  }

  Path leases() {
    return root.resolve("run/keyd-lease/lease.sock");
  }

  /** A memory file system, mounted by whoever starts the keeper. */
  Path plaintext() {
    return root.resolve("plaintext");
  }

  /** The directory that a runtime sees as {@code /sock}. */
  Path sockets(String model) {
    return root.resolve("run/models").resolve(model);
  }
}
