package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;

/**
 * How far the ciphertext of a file that is still being sealed is surely on the disk.
 *
 * @param stamp of the source file before its first byte was read ({@link Finished#stamp})
 * @param head the ciphertext's header in hex; no two ciphertexts have the same
 * @param durable whole segments, from the first, that survive a loss of power
 */
record Underway(int index, Source.Entry entry, String stamp, String head, long durable) {
  Underway upTo(long segments) {
    return new Underway(index, entry, stamp, head, segments);
  }

  Json.Obj fact() {
    return Json.obj()
        .put("index", index)
        .put("name", entry.name())
        .put("size", entry.size())
        .put("stamp", stamp)
        .put("head", head)
        .put("durable", durable)
        .build();
  }

  /** What a line says about this very file, as it is now. */
  static Underway read(Json.Obj fact, int index, Source.Entry entry, String stamp) throws BadInput {
    Underway said = new Underway(index, entry, stamp, fact.string("head"), fact.integer("durable"));
    if (!said.fact().equals(fact)) {
      throw new BadInput("\"" + Json.clip(entry.name()) + "\" changed since");
    }
    return said;
  }
}
