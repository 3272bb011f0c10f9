package dev.sallyport.scan;

import dev.sallyport.core.Json;

/**
 * Something that a scan found. It carries nothing of the file's content beyond clipped names.
 *
 * @param file relative to what was scanned; an entry of an archive after {@code !}
 * @param offset in the file or entry, in bytes
 * @param observed what was seen
 */
public record Finding(String file, long offset, Rule rule, String observed) {

  /** One line for people. */
  public String text() {
    return file
        + ":"
        + offset
        + ": "
        + rule.severity()
        + " "
        + rule.id()
        + ": "
        + observed
        + "; rule: "
        + rule.text();
  }

  public Json.Obj toJson() {
    return Json.obj()
        .put("file", file)
        .put("offset", offset)
        .put("rule", rule.id())
        .put("severity", rule.severity().name())
        .put("observed", observed)
        .build();
  }
}
