package dev.sallyport.training;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * Writes a GGUF file, version 3 (ggml's docs/gguf.md): magic, metadata, tensor descriptions, then
 * tensor data, each aligned to 32 bytes; little-endian throughout. Matrices are stored as F16,
 * vectors as F32, as llama.cpp wants its norms.
 */
final class Gguf {
  private static final int ALIGNMENT = 32;
  private static final int VERSION = 3;
  private static final int TYPE_F32 = 0;
  private static final int TYPE_F16 = 1;

  /** Metadata value types of the specification. */
  private enum Kind {
    UINT32(4),
    INT32(5),
    FLOAT32(6),
    BOOL(7),
    STRING(8),
    ARRAY(9);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final SequencedMap<String, byte[]> metadata = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  /** A tensor in row-major order; {@code shape} is outermost first, as in PyTorch. */
  static final class Tensor {
    private final List<Integer> shape;
    private final float[] values;

    Tensor(List<Integer> shape, float[] values) {
      this.shape = List.copyOf(shape);
      this.values = values;
      int elements = shape.stream().reduce(1, Math::multiplyExact);
      if (elements != values.length) {
        throw new IllegalArgumentException("internal error: shape and values differ");
      }
    }

    int type() {
      return shape.size() == 1 ? TYPE_F32 : TYPE_F16;
    }

    int bytes() {
      return values.length * (type() == TYPE_F32 ? Float.BYTES : Short.BYTES);
    }
  }

  Gguf put(String key, String value) {
    return set(key, Kind.STRING, string(value));
  }

  Gguf put(String key, int unsigned) {
    return set(key, Kind.UINT32, bytes(4, out -> out.putInt(unsigned)));
  }

  Gguf put(String key, float value) {
    return set(key, Kind.FLOAT32, bytes(4, out -> out.putFloat(value)));
  }

  Gguf put(String key, boolean value) {
    return set(key, Kind.BOOL, new byte[] {(byte) (value ? 1 : 0)});
  }

  Gguf put(String key, List<String> values) {
    byte[][] parts = values.stream().map(Gguf::string).toArray(byte[][]::new);
    return array(key, Kind.STRING, values.size(), join(parts));
  }

  Gguf put(String key, float[] values) {
    byte[] all = bytes(4 * values.length, out -> out.asFloatBuffer().put(values));
    return array(key, Kind.FLOAT32, values.length, all);
  }

  Gguf put(String key, int[] values) {
    byte[] all = bytes(4 * values.length, out -> out.asIntBuffer().put(values));
    return array(key, Kind.INT32, values.length, all);
  }

  Gguf tensor(String name, Tensor tensor) {
    if (tensors.putIfAbsent(name, tensor) != null) {
      throw new IllegalStateException("internal error: tensor set twice: " + name);
    }
    return this;
  }

  private Gguf array(String key, Kind element, int count, byte[] values) {
    byte[] head = bytes(12, out -> out.putInt(element.code).putLong(count));
    return set(key, Kind.ARRAY, join(head, values));
  }

  private Gguf set(String key, Kind kind, byte[] value) {
    byte[] entry = join(string(key), bytes(4, out -> out.putInt(kind.code)), value);
    if (metadata.putIfAbsent(key, entry) != null) {
      throw new IllegalStateException("internal error: key set twice: " + key);
    }
    return this;
  }

  /** Writes the file. */
  void write(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      byte[] head = head();
      out.write(head);
      pad(out, head.length);
      for (Tensor tensor : tensors.values()) {
        out.write(data(tensor));
        pad(out, tensor.bytes());
      }
    }
  }

  private byte[] head() {
    var out = new java.io.ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(
        bytes(20, b -> b.putInt(VERSION).putLong(tensors.size()).putLong(metadata.size())));
    metadata.values().forEach(out::writeBytes);
    long offset = 0;
    for (var entry : tensors.entrySet()) {
      out.writeBytes(describe(entry.getKey(), entry.getValue(), offset));
      offset += aligned(entry.getValue().bytes());
    }
    return out.toByteArray();
  }

  /** Dimensions are written innermost first. */
  private static byte[] describe(String name, Tensor tensor, long offset) {
    byte[] rest =
        bytes(
            4 + 8 * tensor.shape.size() + 12,
            out -> {
              out.putInt(tensor.shape.size());
              tensor.shape.reversed().forEach(out::putLong);
              out.putInt(tensor.type()).putLong(offset);
            });
    return join(string(name), rest);
  }

  private static byte[] data(Tensor tensor) {
    return bytes(
        tensor.bytes(),
        out -> {
          for (float value : tensor.values) {
            if (tensor.type() == TYPE_F32) {
              out.putFloat(value);
            } else {
              out.putShort(Float.floatToFloat16(value));
            }
          }
        });
  }

  private static void pad(OutputStream out, int written) throws IOException {
    out.write(new byte[aligned(written) - written]);
  }

  private static int aligned(int size) {
    return Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
  }

  private static byte[] string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return bytes(8 + utf8.length, out -> out.putLong(utf8.length).put(utf8));
  }

  private static byte[] join(byte[]... parts) {
    var out = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** {@code size} little-endian bytes, filled by {@code fill}. */
  private static byte[] bytes(int size, Consumer<ByteBuffer> fill) {
    byte[] out = new byte[size];
    fill.accept(ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN));
    return out;
  }
}
