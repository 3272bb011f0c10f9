package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** A command that did not do what it was asked: one line, what was wrong and what to do. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final Exit exit;
  private final String code;

  Failure(Exit exit, String message) {
    this(exit, exit.code(), message);
  }

  /**
   * @param code as a peer gave it
   */
  Failure(Exit exit, String code, String message) {
    super(message);
    this.exit = exit;
    this.code = code;
  }

  Failure(Exit exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
    this.code = exit.code();
  }

  Exit exit() {
    return exit;
  }

  String code() {
    return code;
  }

  String line() {
    return String.valueOf(getMessage()).replace('\n', ' ');
  }

  /** Puts whatever a command threw into one line and an exit status. */
  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case Failure f -> f;
      case BadInput e -> new Failure(Exit.DATA, String.valueOf(e.getMessage()), e);
      case NoSuchFileException e -> new Failure(Exit.MISSING, "no such file: " + e.getFile(), e);
      case FileAlreadyExistsException e ->
          new Failure(Exit.EXISTS, "exists already: " + e.getFile(), e);
      case IOException e ->
          new Failure(Exit.IO, e.getClass().getSimpleName() + ": " + e.getMessage(), e);
      case InterruptedException e -> new Failure(Exit.INTERRUPTED, "interrupted", e);
      default ->
          new Failure(Exit.INTERNAL, "internal error: " + thrown + "; --debug shows where", thrown);
    };
  }
}
