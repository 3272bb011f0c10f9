package dev.sallyport.scan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;

/**
 * Looks at the files of a model, one by one: by content, and at what the name says. What no scanner
 * knows is a finding, so a result never says "checked" when it was not. Keeps no state.
 */
public final class Scanner {
  /** Goes up with every change of what is found that the rules do not show. */
  static final String VERSION = "1";

  private static final int MAX_DEPTH = 3;
  private static final int MAX_CONFIG = 16 << 20;

  private Scanner() {}

  /**
   * Scans one file. That it cannot be read is a finding, too.
   *
   * @param name as findings shall say it
   */
  public static List<Finding> scan(String name, Path path) {
    Findings findings = new Findings();
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      content(name, new Bytes.OfFile(channel, channel.size()), findings, 0);
    } catch (IOException e) {
      findings.add(name, 0, Rule.UNREADABLE, "cannot be read: " + e.getClass().getSimpleName());
    }
    return findings.list();
  }

  /** Scans a file or an entry of an archive. */
  static void content(String name, Bytes bytes, Findings findings, int depth) throws IOException {
    try {
      look(name, bytes, findings, depth);
    } catch (java.io.EOFException | ArithmeticException | DataFormatException e) {
      findings.add(name, 0, Rule.UNREADABLE, "broken: " + e.getMessage());
    }
  }

  private static void look(String name, Bytes bytes, Findings findings, int depth)
      throws IOException, DataFormatException {
    Head head = new Head(bytes.head(Head.LENGTH));
    Kind kind = Kind.of(head, bytes.size());
    Kind.named(name)
        .filter(said -> said != kind && bytes.size() > 0)
        .ifPresent(said ->
            findings.add(name, 0, Rule.CONTENT_MISMATCH, "named as " + said + ", holds " + kind));
    forAnUnpickler(name, bytes, kind, findings);
    switch (kind) {
      case SAFETENSORS -> SafetensorsScan.scan(name, bytes, findings);
      case GGUF -> GgufScan.scan(name, bytes, findings);
      case PICKLE -> pickle(name, bytes, findings);
      case ZIP -> archive(depth, name, findings, () -> ZipScan.scan(name, bytes, findings, depth));
      case TAR -> archive(depth, name, findings, () -> TarScan.scan(name, bytes, findings, depth));
      case HDF5 -> HdfScan.scan(name, bytes, findings);
      case NUMPY -> numpy(name, bytes, head, findings);
      case PROGRAM -> findings.add(name, 0, Rule.EXECUTABLE, "begins as a program does");
      case PACKED ->
          findings.add(name, 0, Rule.NOT_SCANNED, "compressed; what is in it is not looked at");
      case TEXT -> text(name, bytes, findings);
      case OTHER -> other(name, bytes, findings);
    }
  }

  /**
   * A name that has a loader unpickle it. What begins like another format can still be a pickle: a
   * length before a header reads as a string, and "G" as a number.
   */
  private static void forAnUnpickler(String name, Bytes bytes, Kind kind, Findings findings)
      throws IOException {
    boolean other =
        switch (kind) {
          case SAFETENSORS, GGUF, HDF5, NUMPY, PROGRAM, PACKED -> true;
          case PICKLE, ZIP, TAR, TEXT, OTHER -> false;
        };
    if (other && Kind.mayBePickle(name)) {
      findings.add(name, 0, Rule.CONTENT_MISMATCH, "named for an unpickler, begins as " + kind);
      var _ = PickleScan.scan(name, bytes, findings, false);
    }
  }

  /** A look into an archive. */
  private interface Inside {
    void scan() throws IOException, DataFormatException;
  }

  private static void archive(int depth, String name, Findings findings, Inside inside)
      throws IOException, DataFormatException {
    if (depth >= MAX_DEPTH) {
      findings.add(name, 0, Rule.NOT_SCANNED, "archives in archives, deeper than " + MAX_DEPTH);
    } else {
      inside.scan();
    }
  }

  private static void pickle(String name, Bytes bytes, Findings findings) throws IOException {
    if (PickleScan.scan(name, bytes, findings, true) == PickleScan.End.BROKEN) {
      findings.add(name, 0, Rule.PICKLE_BROKEN, "a pickle that breaks off");
    }
  }

  /** An array of objects is a pickle behind a head. */
  private static void numpy(String name, Bytes bytes, Head head, Findings findings)
      throws IOException {
    long start = head.at(6) == 1 ? 10 + head.number(8, 2) : 12 + head.number(8, 4);
    String said =
        new String(
            bytes.read(0, (int) Math.min(Math.min(start, 1 << 16), bytes.size())),
            java.nio.charset.StandardCharsets.ISO_8859_1);
    if (said.contains("|O") || said.contains("'O")) {
      pickle(name, bytes.slice(start, bytes.size() - start), findings);
    }
  }

  private static void text(String name, Bytes bytes, Findings findings) throws IOException {
    String last = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    if (last.endsWith(".onnx")) {
      OnnxScan.scan(name, bytes, findings);
    } else if (last.endsWith(".py") || last.endsWith(".pyc") || last.endsWith(".sh")) {
      findings.add(name, 0, Rule.PYTHON_CODE, "code beside the weights");
    } else if (Kind.mayBePickle(name)) {
      // Protocols 0 and 1 are lines of text.
      pickle(name, bytes, findings);
    } else if (last.endsWith(".jinja") || last.endsWith(".jinja2")) {
      ConfigScan.template(name, bytes, findings);
    } else if (last.endsWith(".json") && bytes.size() <= MAX_CONFIG) {
      ConfigScan.scan(name, last, bytes, findings);
    } else if (last.endsWith(".json")) {
      findings.add(name, 0, Rule.NOT_SCANNED, "JSON of " + bytes.size() + " bytes");
    } else if (!Kind.isPlainText(last)) {
      findings.add(name, 0, Rule.NOT_SCANNED, "text of an unknown purpose");
    }
  }

  private static void other(String name, Bytes bytes, Findings findings) throws IOException {
    String last = name.toLowerCase(Locale.ROOT);
    if (last.endsWith(".onnx")) {
      OnnxScan.scan(name, bytes, findings);
    } else if (last.endsWith(".pyc")) {
      findings.add(name, 0, Rule.PYTHON_CODE, "compiled code beside the weights");
    } else if (bytes.size() > 0) {
      if (Kind.mayBePickle(name)) {
        // Whatever a loader would run before it finds that this is no pickle.
        var _ = PickleScan.scan(name, bytes, findings, false);
      }
      findings.add(name, 0, Rule.NOT_SCANNED, "content of an unknown format");
    }
  }
}
