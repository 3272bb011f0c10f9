package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The numbers of the kernel's system calls, from the table beside this class. */
final class Syscalls {
  private static final int ABSENT = -1;
  private static final int MAX_NUMBER = 1023;

  private final Map<String, int[]> numbers;

  private Syscalls(Map<String, int[]> numbers) {
    this.numbers = numbers;
  }

  /** Reads lines {@code name x86_64 aarch64}, {@code -} where a processor lacks the call. */
  static Syscalls parse(String table) throws BadInput {
    Map<String, int[]> numbers = new LinkedHashMap<>();
    for (String line : table.lines().filter(l -> !l.startsWith("#")).toList()) {
      String[] cells = line.split(" ", -1);
      if (cells.length != 1 + Architecture.values().length) {
        throw new BadInput("line of " + cells.length + " cells in the table of system calls");
      }
      int[] row = {number(cells[1]), number(cells[2])};
      if (numbers.put(cells[0], row) != null) {
        throw new BadInput("system call " + cells[0] + " is in the table twice");
      }
    }
    return new Syscalls(numbers);
  }

  private static int number(String cell) throws BadInput {
    if (cell.equals("-")) {
      return ABSENT;
    }
    if (!cell.matches("\\d{1,4}") || Integer.parseInt(cell) > MAX_NUMBER) {
      throw new BadInput("number " + cell + " in the table of system calls");
    }
    return Integer.parseInt(cell);
  }

  boolean knows(String name) {
    return numbers.containsKey(name);
  }

  /** The number of a known call, empty if this processor lacks it. */
  OptionalInt number(String name, Architecture architecture) {
    int[] row = numbers.get(name);
    if (row == null) {
      throw new IllegalStateException("internal error: unknown system call " + name);
    }
    int number = row[architecture.column];
    return number == ABSENT ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** All names of the table. */
  Iterable<String> names() {
    return numbers.keySet();
  }
}
