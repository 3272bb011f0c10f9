package dev.sallyport.scan;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Header of a safetensors file: a length, JSON, then the data. Every byte of the data belongs to
 * exactly one tensor, so nothing hides between them.
 */
final class SafetensorsScan {
  /** The format allows 100 MB; what people have is below 2. More is not read. */
  private static final int MAX_HEADER = 8 << 20;

  /** The largest integer that JSON carries exactly. */
  private static final double MAX_OFFSET = 1L << 53;

  /** Bits of an element. */
  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("F64", 64),
          Map.entry("F32", 32),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I64", 64),
          Map.entry("I32", 32),
          Map.entry("I16", 16),
          Map.entry("I8", 8),
          Map.entry("U64", 64),
          Map.entry("U32", 32),
          Map.entry("U16", 16),
          Map.entry("U8", 8),
          Map.entry("BOOL", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("F4", 4),
          Map.entry("C64", 64));

  private record Extent(String name, long begin, long end) {}

  private final String file;
  private final Bytes bytes;
  private final Findings findings;

  private SafetensorsScan(String file, Bytes bytes, Findings findings) {
    this.file = file;
    this.bytes = bytes;
    this.findings = findings;
  }

  /** Whether the content begins as a safetensors file does. */
  static boolean looksLike(Head head, long size) {
    if (head.at(8) != '{') {
      return false;
    }
    long length = head.number(0, 8);
    return length >= 2 && length <= size - 8;
  }

  static void scan(String file, Bytes bytes, Findings findings) throws IOException {
    new SafetensorsScan(file, bytes, findings).scan();
  }

  private void scan() throws IOException {
    long length = bytes.little(0, 8).getLong();
    if (length > MAX_HEADER) {
      findings.add(
          file, 0, Rule.SAFETENSORS_HEADER, "header of " + length + " bytes; limit " + MAX_HEADER);
      return;
    }
    List<Extent> extents = new ArrayList<>();
    try {
      Json.Obj header = Json.parseObject(bytes.read(8, (int) length));
      for (String name : header.members().keySet()) {
        if (name.equals("__metadata__")) {
          requireWords(header.object(name));
        } else {
          tensor(name, header.object(name), extents);
        }
      }
    } catch (BadInput e) {
      findings.add(file, 8, Rule.SAFETENSORS_HEADER, String.valueOf(e.getMessage()));
      return;
    }
    layout(extents, bytes.size() - 8 - length);
  }

  private static void requireWords(Json.Obj metadata) throws BadInput {
    for (String name : metadata.members().keySet()) {
      var _ = metadata.string(name);
    }
  }

  private void tensor(String name, Json.Obj tensor, List<Extent> extents) throws BadInput {
    tensor.only("dtype", "shape", "data_offsets");
    List<Long> shape = integers(tensor.array("shape"));
    List<Long> offsets = integers(tensor.array("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      wrong(name, "has no two offsets in order");
      return;
    }
    Integer bits = BITS.get(tensor.string("dtype"));
    if (bits == null) {
      wrong(name, "has type " + Json.clip(tensor.string("dtype")));
    } else if (!isExtent(bits, shape, offsets.get(1) - offsets.get(0))) {
      wrong(name, "takes " + (offsets.get(1) - offsets.get(0)) + " bytes, its shape others");
    }
    extents.add(new Extent(name, offsets.get(0), offsets.get(1)));
  }

  private void wrong(String name, String what) {
    findings.add(file, 8, Rule.SAFETENSORS_TENSOR, "tensor " + Json.clip(name) + " " + what);
  }

  private static boolean isExtent(int bits, List<Long> shape, long length) {
    try {
      long all = bits;
      for (long n : shape) {
        all = Math.multiplyExact(all, n);
      }
      return all % 8 == 0 && all / 8 == length;
    } catch (ArithmeticException overflow) {
      return false;
    }
  }

  private static List<Long> integers(List<Json> items) throws BadInput {
    List<Long> numbers = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Num n)
          || n.value() != Math.rint(n.value())
          || n.value() < 0
          || n.value() > MAX_OFFSET) {
        throw new BadInput("shape or offset is no natural number");
      }
      numbers.add((long) n.value());
    }
    return numbers;
  }

  private void layout(List<Extent> extents, long data) {
    extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
    long at = 0;
    for (Extent e : extents) {
      if (e.begin != at) {
        String what = e.begin < at ? "overlaps the one before" : "leaves a hole before it";
        findings.add(
            file, e.begin, Rule.SAFETENSORS_LAYOUT, "tensor " + Json.clip(e.name) + " " + what);
      }
      at = Math.max(at, e.end);
    }
    if (at != data) {
      findings.add(
          file, at, Rule.SAFETENSORS_LAYOUT, "tensors take " + at + " bytes, the data has " + data);
    }
  }
}
