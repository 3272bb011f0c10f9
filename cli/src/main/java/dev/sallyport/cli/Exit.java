package dev.sallyport.cli;

/** How a command ended, for scripts; the numbers above 63 are those of sysexits.h. */
enum Exit {
  /** Done, or the answer is yes. */
  OK(0),
  /** The answer is no: a gate, a verification or a person refused. */
  REFUSED(1),
  /** Something was found that a person should see, and nothing that refuses. */
  FINDINGS(2),
  /** The command line is not understood. */
  USAGE(64),
  /** A file or an answer is not what it must be. */
  DATA(65),
  /** A file, an installation or a key is not there. */
  MISSING(66),
  /** A process of the installation, or a thing this machine must have, is not there. */
  UNAVAILABLE(69),
  /** A bug of ours. */
  INTERNAL(70),
  /** What would be made exists already. */
  EXISTS(73),
  /** Reading or writing failed. */
  IO(74),
  /** Stopped by a signal, or an answer did not come in time. */
  INTERRUPTED(130);

  private final int status;

  Exit(int status) {
    this.status = status;
  }

  int status() {
    return status;
  }

  /** The code in {@code --json} errors: {@code unavailable}. */
  String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
