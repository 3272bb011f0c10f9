package dev.sallyport.scan;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Formats that are told from each other by content. */
enum Kind {
  SAFETENSORS,
  GGUF,
  PICKLE,
  ZIP,
  TAR,
  HDF5,
  NUMPY,
  PROGRAM,
  /** Compressed in a way that is not opened here. */
  PACKED,
  TEXT,
  OTHER;

  private static final Map<String, Kind> NAMES =
      Map.of(
          "safetensors", SAFETENSORS,
          "gguf", GGUF,
          "h5", HDF5,
          "hdf5", HDF5,
          "npy", NUMPY,
          "npz", ZIP,
          "keras", ZIP,
          "json", TEXT,
          "py", TEXT,
          "jinja", TEXT);

  /** Loaded by an unpickler, whatever is in them. */
  private static final List<String> PICKLES =
      List.of("pkl", "pickle", "pt", "pth", "ckpt", "bin", "joblib", "dill", "p");

  private static final List<String> PLAIN =
      List.of(
          "txt",
          "md",
          "gitattributes",
          "gitignore",
          "license",
          "readme",
          "notice",
          "vocab",
          "yaml",
          "yml",
          "csv",
          "tsv",
          "index",
          "toml",
          "cfg",
          "bpe",
          "tiktoken");

  private static final List<String> PACKERS =
      List.of("\u001f\u008b", "BZh", "\u00fd7zXZ", "(\u00b5/\u00fd", "7z\u00bc\u00af", "Rar!");

  /** By the first bytes. */
  static Kind of(Head head, long size) {
    if (SafetensorsScan.looksLike(head, size)) {
      return SAFETENSORS;
    }
    if (head.starts("GGUF")) {
      return GGUF;
    }
    if (head.starts("PK\u0003\u0004") || head.starts("PK\u0005\u0006")) {
      return ZIP;
    }
    if (head.starts("\u0089HDF\r\n\u001a\n")) {
      return HDF5;
    }
    if (head.starts("\u0093NUMPY") && head.length() >= 12) {
      return NUMPY;
    }
    if (head.has(257, "ustar")) {
      return TAR;
    }
    if (head.isPickle()) {
      return PICKLE;
    }
    if (head.isProgram()) {
      return PROGRAM;
    }
    if (PACKERS.stream().anyMatch(head::starts)) {
      return PACKED;
    }
    return head.isText() ? TEXT : OTHER;
  }

  /** What the end of the name promises, if it promises one. */
  static Optional<Kind> named(String name) {
    return Optional.ofNullable(NAMES.get(extension(name)));
  }

  static boolean mayBePickle(String name) {
    return PICKLES.contains(extension(name));
  }

  /** Text that nobody runs. */
  static boolean isPlainText(String last) {
    return PLAIN.contains(extension(last)) || PLAIN.contains(last);
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
