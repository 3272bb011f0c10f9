package dev.sallyport.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows an order and who signed it. Needs no running process. */
@Command(
    description = "Shows an order for a plaintext copy, who signed it and who is missing.",
    footer = {"", "Example: sallyport unseal show order.json"})
final class UnsealShow implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "FILE", description = "The order.")
  private Path file = Path.of("");

  UnsealShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, IOException {
    OrderFile order = OrderFile.read(file, session.home().readTrustRoot());
    session.print(order.toJson(), order.lines());
    return Exit.OK.status();
  }
}
