package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Replaces the root key: every data key is wrapped anew, nothing is encrypted anew. */
@Command(
    description = {
      "Makes a new root key and puts every model under it; two security admins sign.",
      "Models stay readable throughout; the old key opens until: sallyport keys destroy."
    },
    footer = {"", "Example: sallyport keys rotate --as sec1 --as sec2"})
final class KeysRotate implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAll signers = new SignAll();

  KeysRotate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    signers.require();
    Home home = session.home();
    String old = RootKeyOrder.keys(home).string("current");
    Json.Obj made = new RootKeyOrder("rotate", old).give(session, signers);
    String current = made.string("current");
    VaultKeys done = VaultKeys.rewrap(home, current);
    done.requireAll();
    session.print(
        Json.obj()
            .put("current", current)
            .put("previous", old)
            .put("rewrapped", done.rewrapped())
            .build(),
        List.of(
            "root key    " + current + " instead of " + old,
            "rewrapped   " + done.rewrapped() + " versions",
            "The old key still opens copies made before; end that with: sallyport keys destroy"));
    return Exit.OK.status();
  }
}
