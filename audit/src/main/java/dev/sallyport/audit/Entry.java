package dev.sallyport.audit;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.Arrays;

/**
 * One entry of the log (spec/audit-log.md §1). A reader ignores types and members that it does not
 * know, so {@code data} is kept whole and the top level is not closed.
 *
 * @param type one of spec/audit-log.md §2, or a later one
 * @param time the server's clock; never goes backwards along the log
 */
public record Entry(String type, Instant time, Json.Obj data) {

  /** The leaf: canonical JSON (RFC 8785). */
  public byte[] leaf() {
    return Json.obj().put("type", type).put("time", time).put("data", data).build().canonical();
  }

  /** Reads a leaf; bytes that are not canonical are refused, so a leaf has one form. */
  public static Entry parse(byte[] leaf) throws BadInput {
    Json.Obj json = Json.parseObject(leaf);
    if (!Arrays.equals(json.canonical(), leaf)) {
      throw new BadInput("entry is not canonical JSON");
    }
    return new Entry(json.string("type"), json.instant("time"), json.object("data"));
  }
}
