package dev.sallyport.custodytpm;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which registers of the SHA-256 bank count: at least one of 0 to 23. */
public record Pcrs(SortedSet<Integer> numbers) {
  /** Of the selection in commands and in the file. */
  static final int BYTES = 3;

  private static final int COUNT = BYTES * Byte.SIZE;

  public Pcrs {
    numbers = Collections.unmodifiableSortedSet(new TreeSet<>(numbers));
    if (numbers.isEmpty() || numbers.first() < 0 || numbers.last() >= COUNT) {
      throw new IllegalArgumentException("internal error: PCRs " + numbers);
    }
  }

  /**
   * From {@code 0,4,7}.
   *
   * @throws BadInput if it is anything else
   */
  public static Pcrs parse(String text) throws BadInput {
    SortedSet<Integer> numbers = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      if (!part.matches("[0-9]{1,2}") || Integer.parseInt(part) >= COUNT) {
        throw new BadInput(
            "PCRs \"" + Json.clip(text) + "\"; numbers of 0 to 23 with commas are meant, as 0,7");
      }
      numbers.add(Integer.parseInt(part));
    }
    return new Pcrs(numbers);
  }

  /** The selection as the TPM writes it: PCR n is bit n mod 8 of byte n / 8. */
  byte[] select() {
    byte[] bits = new byte[BYTES];
    for (int n : numbers) {
      bits[n / Byte.SIZE] |= (byte) (1 << (n % Byte.SIZE));
    }
    return bits;
  }

  static Pcrs selected(byte[] bits) throws BadInput {
    SortedSet<Integer> numbers = new TreeSet<>();
    for (int n = 0; n < COUNT; n++) {
      if (((bits[n / Byte.SIZE] >> (n % Byte.SIZE)) & 1) != 0) {
        numbers.add(n);
      }
    }
    if (numbers.isEmpty()) {
      throw new BadInput("no PCR is selected; at least one must be");
    }
    return new Pcrs(numbers);
  }

  @Override
  public String toString() {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
