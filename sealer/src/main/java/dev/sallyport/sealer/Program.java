package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;

/**
 * What the sealer's programs have in common: JSON lines on standard output, the last of which is
 * the result or the error, and a status of {@link Failure}.
 */
final class Program {
  private Program() {}

  /** The work; its result is printed. */
  @FunctionalInterface
  interface Work {
    Json.Obj run(Report report) throws BadInput, Failure;
  }

  /**
   * Runs.
   *
   * @param unwritten the status if the result cannot be written
   */
  static int run(Work work, int unwritten) {
    try {
      // INVARIANT: before the data key exists (DESIGN §7, PR_SET_DUMPABLE).
      Hardening.forbidDumps();
      System.out.println(Json.toString(work.run(Report.to(System.out))));
      return System.out.checkError() ? unwritten : 0;
    } catch (Failure e) {
      return failed(e.status(), String.valueOf(e.getMessage()));
    } catch (BadInput e) {
      return failed(Failure.BAD_INPUT, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      return failed(Failure.INTERNAL, "internal error: " + e.getClass().getSimpleName());
    }
  }

  private static int failed(int status, String message) {
    Json error = Json.obj().put("status", status).put("message", message).build();
    System.out.println(Json.toString(Json.obj().put("error", error).build()));
    return status;
  }
}
