package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;
import java.time.InstantSource;

/**
 * Composition root of the sealer's other direction: a short-lived process without a network that
 * makes a plaintext copy of a model for somebody with the right to one. Prints JSON lines as {@link
 * Main} does, and exits with a status of {@link Failure}.
 */
public final class Unseal {
  private Unseal() {}

  /** Entry point. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      // INVARIANT: before the data key exists (DESIGN §7, PR_SET_DUMPABLE).
      Hardening.forbidDumps();
      Report report = Report.to(System.out);
      Json.Obj result =
          UnsealRun.of(UnsealArguments.parse(args), report, InstantSource.system()).run();
      System.out.println(Json.toString(result));
      return System.out.checkError() ? Failure.IO : 0;
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
