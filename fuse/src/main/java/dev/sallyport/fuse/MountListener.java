package dev.sallyport.fuse;

/** Hears what the owner of a mount must act on; called on the server's threads, must not block. */
public interface MountListener {
  /**
   * A segment is not what was sealed, or a ciphertext cannot be opened; its reader got EIO.
   *
   * @param place {@code file 2 "model.gguf", chunk 7 of 912: tag mismatch}
   */
  void tampered(String place);

  /** The server itself failed; the reader got EIO. */
  void broken(Exception cause);
}
