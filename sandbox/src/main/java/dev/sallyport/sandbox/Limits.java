package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;

/**
 * How much of the machine a confined process and all its children may take together.
 *
 * @param memoryPercent of the machine's memory, the process's own; not the model's plaintext
 * @param cpuPercent of all processors
 * @param processes threads count, as for the kernel
 * @param files open at once, per process
 * @param temporaryBytes of its {@code /tmp}, in memory
 */
public record Limits(
    int memoryPercent, int cpuPercent, int processes, int files, long temporaryBytes) {

  static Limits parse(Json.Obj json) throws BadInput {
    json.only("memoryPercent", "cpuPercent", "processes", "files", "temporaryBytes");
    return new Limits(
        (int) within(json, "memoryPercent", 1, 100),
        (int) within(json, "cpuPercent", 1, 100),
        (int) within(json, "processes", 1, 1 << 22),
        (int) within(json, "files", 16, 1 << 20),
        within(json, "temporaryBytes", 1 << 12, 1L << 40));
  }

  /** These, but for what the document has less of; it may have no more of anything. */
  Limits narrowed(Json.Obj json) throws BadInput {
    json.only("memoryPercent", "cpuPercent", "processes", "files", "temporaryBytes");
    return new Limits(
        (int) less(json, "memoryPercent", 1, memoryPercent),
        (int) less(json, "cpuPercent", 1, cpuPercent),
        (int) less(json, "processes", 1, processes),
        (int) less(json, "files", 16, files),
        less(json, "temporaryBytes", 1 << 12, temporaryBytes));
  }

  private static long less(Json.Obj json, String name, long low, long most) throws BadInput {
    return json.find(name).isPresent() ? within(json, name, low, most) : most;
  }

  private static long within(Json.Obj json, String name, long low, long high) throws BadInput {
    long value = json.integer(name);
    if (value < low || value > high) {
      throw new BadInput(name + " is " + value + "; it must be " + low + " to " + high);
    }
    return value;
  }
}
