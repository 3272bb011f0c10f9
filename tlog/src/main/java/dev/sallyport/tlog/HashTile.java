package dev.sallyport.tlog;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The bytes of a hash tile: 1 to 256 hashes of 32 bytes, one after another. */
public final class HashTile {
  /** Bytes in a full tile. */
  public static final int MAX_BYTES = TilePath.FULL * Digest.LENGTH;

  private HashTile() {}

  /** Reads exactly {@code width} hashes. */
  public static List<Digest> parse(byte[] tile, int width) throws BadInput {
    if (tile.length != width * Digest.LENGTH) {
      throw new BadInput(
          "hash tile of " + tile.length + " bytes; width " + width + " has " + 32 * width);
    }
    List<Digest> hashes = new ArrayList<>(width);
    for (int i = 0; i < tile.length; i += Digest.LENGTH) {
      hashes.add(Digest.fromBytes(Arrays.copyOfRange(tile, i, i + Digest.LENGTH)));
    }
    return hashes;
  }

  public static byte[] bytes(List<Digest> hashes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(hashes.size() * Digest.LENGTH);
    hashes.forEach(hash -> out.writeBytes(hash.bytes()));
    return out.toByteArray();
  }
}
