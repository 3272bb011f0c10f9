package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;

/**
 * Composition root of the sealer: a short-lived process without a network that turns a source into
 * a sealed model. Prints JSON lines on standard output: notes and progress, at the end the result
 * or the error. Exits with a status of {@link Failure}.
 */
public final class Main {
  private Main() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      // INVARIANT: before the data key exists (DESIGN §7, PR_SET_DUMPABLE).
      Hardening.forbidDumps();
      Json.Obj result = SealRun.of(Arguments.parse(args), Report.to(System.out)).run();
      System.out.println(Json.toString(result));
      return System.out.checkError() ? Failure.CANNOT_CREATE : 0;
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
