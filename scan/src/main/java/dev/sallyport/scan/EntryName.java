package dev.sallyport.scan;

import dev.sallyport.core.Json;

/** Names of entries of archives, and of data beside a model. */
final class EntryName {
  private EntryName() {}

  /** Whether whoever unpacks it would write, or read, outside the directory. */
  static boolean escapes(String name) {
    if (name.isEmpty() || name.startsWith("/") || name.contains("\\") || name.contains("\0")) {
      return true;
    }
    boolean drive = name.length() > 1 && name.charAt(1) == ':';
    return drive || java.util.List.of(name.split("/", -1)).contains("..");
  }

  static String shown(String name) {
    return "\"" + Json.clip(name) + "\"";
  }
}
