package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.ArrayList;
import java.util.List;

/** How a directory becomes a list of resources (OpenSSF Model Signing v1.0); SHA-256 only. */
public sealed interface Serialization {
  /** Shards of other implementations have this size unless told otherwise. */
  long DEFAULT_SHARD = 1_000_000_000L;

  /** One resource per file, by its name. */
  record Files() implements Serialization {}

  /** One resource per {@code size} bytes of a file: {@code name:start:end}; none if it is empty. */
  record Shards(long size) implements Serialization {
    public Shards {
      if (size < 1) {
        throw new IllegalArgumentException("internal error: shard of " + size + " bytes");
      }
    }
  }

  /** A part of a file that is hashed by itself. */
  record Part(String resource, long start, long end) {}

  static Serialization parse(Json.Obj json) throws BadInput {
    String hash = json.string("hash_type");
    Serialization read =
        switch (json.string("method")) {
          case "files" -> new Files();
          case "shards" -> {
            long size = json.integer("shard_size");
            if (size < 1) {
              throw new BadInput("shard size is " + size + "; it must be positive");
            }
            yield new Shards(size);
          }
          default -> throw new BadInput("serialisation is neither \"files\" nor \"shards\"");
        };
    if (!read.isAlgorithm(hash)) {
      throw new BadInput("hash type \"" + Json.clip(hash) + "\" is not SHA-256");
    }
    return read;
  }

  /** The name that stands for SHA-256 in this serialisation. */
  default String algorithm() {
    return switch (this) {
      case Files f -> "sha256";
      case Shards s -> "sha256-sharded-" + s.size;
    };
  }

  /** Both names occur for shards. */
  default boolean isAlgorithm(String name) {
    return name.equals("sha256") || name.equals(algorithm());
  }

  /** The file of a resource. */
  default String fileOf(String resource) throws BadInput {
    return switch (this) {
      case Files f -> resource;
      case Shards s -> {
        int end = resource.lastIndexOf(':');
        int start = resource.lastIndexOf(':', end - 1);
        if (start < 1) {
          throw new BadInput("resource \"" + Json.clip(resource) + "\" is not name:start:end");
        }
        yield resource.substring(0, start);
      }
    };
  }

  /** The parts of a file of this size, in order. */
  default List<Part> parts(String file, long size) {
    return switch (this) {
      case Files f -> List.of(new Part(file, 0, size));
      case Shards s -> {
        List<Part> parts = new ArrayList<>();
        for (long start = 0; start < size; start += s.size) {
          long end = Math.min(size, start + s.size);
          parts.add(new Part(file + ":" + start + ":" + end, start, end));
        }
        yield parts;
      }
    };
  }

  default Json.Obj toJson(List<String> ignored) {
    Json.Builder json = Json.obj().put("hash_type", algorithm()).put("allow_symlinks", false);
    switch (this) {
      case Files f -> json.put("method", "files");
      case Shards s -> json.put("method", "shards").put("shard_size", s.size);
    }
    return json.put("ignore_paths", Json.strings(ignored)).build();
  }
}
