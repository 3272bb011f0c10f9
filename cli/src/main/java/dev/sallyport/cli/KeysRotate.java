package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Replaces the root key: every data key is wrapped anew, nothing is encrypted anew. */
@Command(
    description = {
      "Makes a new root key and puts every model under it; two security admins sign.",
      "Models stay readable throughout; the old key opens until: sallyport keys destroy.",
      "Without --to the new key lies where the old one does; else where --to says."
    },
    footer = {
      "",
      "Examples:",
      "  sallyport keys rotate --as sec1 --as sec2",
      "  sallyport keys rotate --to pkcs11 --pkcs11-module /usr/lib/vendor/pkcs11.so \\",
      "      --pkcs11-token weights --pin-file pin --as sec1 --as sec2",
      "  sallyport keys rotate --to tpm --tpm-pcrs 0,7 --as sec1 --as sec2",
      "  sallyport keys rotate --to file --passphrase-file new --as sec1 --as sec2"
    })
final class KeysRotate implements Callable<Integer> {
  private final Session session;
  @Mixin private final SignAll signers = new SignAll();

  @Option(
      names = "--to",
      paramLabel = "KIND",
      description = "What holds the new key: file, pkcs11 or tpm; signed and logged.")
  private @Nullable String kind;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "With --to file: the passphrase of the new key, the last one given to: up.")
  private @Nullable Path passphrase;

  @Option(
      names = "--no-passphrase",
      description = "With --to file: whoever reads the file opens every model.")
  private boolean inTheClear;

  @Mixin private final RootKeyOptions options = new RootKeyOptions();

  KeysRotate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    signers.require();
    Optional<RootKeyPlace> to = place();
    Home home = session.home();
    String old = RootKeyOrder.keys(home).string("current");
    if (to.isPresent()) {
      requireShown(home, to.get());
    }
    Json.Obj made =
        new RootKeyOrder("rotate", old, to.flatMap(RootKeyPlace::place)).give(session, signers);
    String current = made.string("current");
    String place = RootKeyPlace.text(made.object("place"));
    VaultKeys done = VaultKeys.rewrap(home, current);
    done.requireAll();
    session.print(
        Json.obj()
            .put("current", current)
            .put("place", made.object("place"))
            .put("previous", old)
            .put("rewrapped", done.rewrapped())
            .build(),
        List.of(
            "root key    " + current + " instead of " + old,
            "lies in     " + place,
            "rewrapped   " + done.rewrapped() + " versions",
            "The old key still opens copies made before; end that with: sallyport keys destroy"));
    return Exit.OK.status();
  }

  private Optional<RootKeyPlace> place() throws Failure {
    boolean file = "file".equals(kind);
    if (!file && (passphrase != null || inTheClear)) {
      throw new Failure(Exit.USAGE, "--passphrase-file and --no-passphrase need --to file");
    }
    if (file && (passphrase != null) == inTheClear) {
      throw new Failure(Exit.USAGE, "--to file needs --passphrase-file FILE or --no-passphrase");
    }
    if (kind == null) {
      options.refuse("--to");
      return Optional.empty();
    }
    return Optional.of(options.place("--to", kind, passphrase != null));
  }

  /**
   * keyd sees what {@code up} showed it. What it does not see yet is written down for the next
   * {@code up}; nothing is signed before.
   */
  private void requireShown(Home home, RootKeyPlace to) throws Failure, IOException {
    Optional<RootKeyPlaces> shown = RootKeyPlaces.shown(home);
    RootKeyPlaces.read(home).with(to).write(home);
    if (shown.isEmpty()) {
      // Something else than up started keyd, which knows itself what it sees.
      return;
    }
    List<Path> given = shown.get().passphrases();
    Optional<Path> wanted =
        Optional.ofNullable(
            passphrase == null ? null : RootKeyOptions.present("--passphrase-file", passphrase));
    boolean last = wanted.isEmpty() || (!given.isEmpty() && given.getLast().equals(wanted.get()));
    if (shown.get().covers(to) && last) {
      return;
    }
    List<String> up = new ArrayList<>(List.of("sallyport down && sallyport up"));
    given.stream()
        .filter(one -> !wanted.equals(Optional.of(one)))
        .forEach(one -> up.add("--passphrase-file " + one));
    wanted.ifPresent(one -> up.add("--passphrase-file " + one));
    throw new Failure(
        Exit.UNAVAILABLE,
        "keyd does not see the new place yet, nothing was changed; restart with: "
            + String.join(" ", up)
            + ", then give this command again");
  }
}
