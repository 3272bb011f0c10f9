package dev.sallyport.sealer;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** One line for a person about a failed file operation; only last names of paths. */
final class Wording {
  private Wording() {}

  static String of(String what, IOException e) {
    return what + ": " + reason(e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException f -> name(f) + "does not exist";
      case AccessDeniedException f -> name(f) + "permission denied";
      case FileSystemException f when f.getReason() != null -> name(f) + f.getReason();
      case FileSystemException f -> name(f) + f.getClass().getSimpleName();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static String name(FileSystemException e) {
    return e.getFile() == null ? "" : Path.of(e.getFile()).getFileName() + ": ";
  }
}
