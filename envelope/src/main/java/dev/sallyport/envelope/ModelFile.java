package dev.sallyport.envelope;

import dev.sallyport.core.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** A file of a model: its name relative to the model, parts separated by {@code /}, its digest. */
public record ModelFile(String name, Digest digest) {
  /** By the UTF-8 bytes of the name, the order in manifests. */
  public static final Comparator<String> NAME_ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
}
