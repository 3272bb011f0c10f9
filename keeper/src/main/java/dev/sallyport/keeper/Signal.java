package dev.sallyport.keeper;

import dev.sallyport.sandbox.Confined;

/** What a {@link Model}'s guard hears of. */
sealed interface Signal {
  /** The lease fell, or somebody asked to stop. */
  record Fall(String reason) implements Signal {}

  /** The runtime answers. */
  record Healthy(Confined process) implements Signal {}

  /** Decryption or start failed. */
  record Failed(Exception cause) implements Signal {}

  /** The runtime ended by itself. */
  record Exited(Confined process, int status) implements Signal {}

  /** A lease that follows the present one. */
  record Renewed(Leasing.Held held) implements Signal {}

  /** Renewal failed; to be tried again while the present lease lasts. */
  record NotRenewed(String reason) implements Signal {}
}
