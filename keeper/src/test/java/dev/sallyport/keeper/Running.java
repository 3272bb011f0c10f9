package dev.sallyport.keeper;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sallyport.sandbox.Sandbox;
import dev.sallyport.sandbox.SandboxFailure;

/** A real keeper on a {@link Stage}, with real sandboxes; the stage ends with it. */
final class Running implements AutoCloseable {
  private final Stage stage;
  private final Sandbox sandbox;
  private final Reporter reporter;
  private final Keeper keeper;

  private Running(Stage stage, Sandbox sandbox) throws Exception {
    this.stage = stage;
    this.sandbox = sandbox;
    this.reporter = new Reporter(stage.peers());
    this.keeper = new Keeper(stage.context(sandbox, reporter), stage.root);
  }

  /** Skips the test where there are no sandboxes. */
  static Running on(Stage stage) throws Exception {
    Sandbox sandbox = Sandbox.open();
    try {
      sandbox.check();
    } catch (SandboxFailure e) {
      sandbox.close();
      stage.close();
      assumeTrue(false, "skipped: " + e.getMessage());
    }
    return new Running(stage, sandbox);
  }

  @Override
  public void close() throws Exception {
    keeper.close();
    reporter.close();
    stage.close();
    sandbox.close();
  }
}
