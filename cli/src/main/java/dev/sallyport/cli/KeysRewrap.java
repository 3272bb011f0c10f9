package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The second half of a rotation, alone: for one that was cut off. */
@Command(
    description = "Finishes a rotation that was cut off; changes no key and encrypts nothing anew.",
    footer = {"", "Example: sallyport keys rewrap"})
final class KeysRewrap implements Callable<Integer> {
  private final Session session;

  KeysRewrap(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    String current = RootKeyOrder.keys(session.home()).string("current");
    VaultKeys done = VaultKeys.rewrap(session.home(), current);
    done.requireAll();
    session.print(
        Json.obj().put("current", current).put("rewrapped", done.rewrapped()).build(),
        List.of("rewrapped   " + done.rewrapped() + " versions under " + current));
    return Exit.OK.status();
  }
}
