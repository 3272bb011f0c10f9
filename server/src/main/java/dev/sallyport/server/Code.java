package dev.sallyport.server;

import dev.sallyport.core.Refusal;
import java.util.Locale;

/** The closed codes of refusals on control.sock. */
enum Code {
  /** Not an operation of this socket. */
  OP,
  /** Malformed, or not signed by whom it must be. */
  REQUEST,
  /** Seen before, or too old or too new. */
  REPLAY,
  /** The gate, governance or a role says no. */
  GATE,
  /** No such model, release or principal. */
  UNKNOWN,
  /** A name that is taken. */
  CONFLICT,
  /** The log cannot be written: so nothing was done. */
  LOG,
  /** keyd did not cosign: so there is no proof to give. */
  WITNESS,
  /** The keeper did not answer, or refused. */
  KEEPER;

  Refusal because(String message) {
    return new Refusal(label(), message);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
