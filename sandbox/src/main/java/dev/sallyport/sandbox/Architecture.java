package dev.sallyport.sandbox;

/** The processors whose system calls are known here. */
enum Architecture {
  X86_64(0xC000003E, 0),
  AARCH64(0xC00000B7, 1);

  /** As {@code seccomp_data.arch} tells it ({@code AUDIT_ARCH_…}). */
  final int audit;

  /** Its column in the table of {@link Syscalls}. */
  final int column;

  Architecture(int audit, int column) {
    this.audit = audit;
    this.column = column;
  }

  /** This machine's. */
  static Architecture here() throws SandboxFailure {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "amd64" -> X86_64;
      case "aarch64" -> AARCH64;
      default ->
          throw new SandboxFailure(
              SandboxFailure.Reason.REFUSED,
              "processor " + name + " has no table of system calls; amd64 and aarch64 have");
    };
  }
}
