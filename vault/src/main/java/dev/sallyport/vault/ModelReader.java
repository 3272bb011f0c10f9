package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.envelope.FloeFile;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * One file of a sealed model, open for reading. Nothing is handed out that was not verified. Safe
 * for several threads; closing wipes the file's key.
 */
public final class ModelReader implements AutoCloseable {
  private final SealedFile file;
  private final FileChannel channel;
  private final FloeFile floe;

  private ModelReader(SealedFile file, FileChannel channel, FloeFile floe) {
    this.file = file;
    this.channel = channel;
    this.floe = floe;
  }

  static ModelReader open(Path directory, SealedModel model, SealedFile file, ModelKeys keys)
      throws IOException, BadInput {
    FileChannel channel = Disk.read(directory.resolve(file.sealedName()));
    try (Secret key = keys.fileKey(file)) {
      byte[] associatedData = file.associatedData(model.model(), model.version());
      FloeFile floe = FloeFile.open(channel, key, associatedData, file.params());
      return new ModelReader(file, channel, floe);
    } catch (BadInput e) {
      channel.close();
      throw placed(file, e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Plaintext size in bytes. */
  public long size() {
    return floe.size();
  }

  /** Number of chunks. */
  public long segments() {
    return floe.segments();
  }

  /** Plaintext bytes in every chunk but the last. */
  public int plainLength() {
    return floe.plainLength();
  }

  /** Decrypts chunk {@code index}, counted from 0, into {@code out}; returns its length. */
  public int segment(long index, byte[] out) throws IOException, BadInput {
    try {
      return floe.segment(index, out);
    } catch (BadInput e) {
      throw placed(file, e);
    }
  }

  /** Reads at any position; fewer bytes than asked only at the end. */
  public int read(long position, byte[] to, int at, int length) throws IOException, BadInput {
    try {
      return floe.read(position, to, at, length);
    } catch (BadInput e) {
      throw placed(file, e);
    }
  }

  private static BadInput placed(SealedFile file, BadInput e) {
    return new BadInput(file.place() + ", " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    floe.close();
    channel.close();
  }
}
