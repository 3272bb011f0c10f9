package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.SigningKey;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;

/**
 * keyd's part of the key ceremony. {@code --home DIR [--root-key file|pkcs11|tpm …]} makes the keys
 * and prints their public parts as one JSON object; {@code --home DIR --pin} then pins the trust
 * root that all people have signed, and starts keyd's memory. Neither ever replaces anything.
 */
public final class Ceremony {
  private static final int USAGE = 64;
  private static final int FAILED = 78;

  private static final List<String> OPTIONS =
      List.of(
          "--home",
          "--passphrase-file",
          "--pin-file",
          "--root-key",
          "--pkcs11-module",
          "--pkcs11-token",
          "--tpm-device",
          "--tpm-pcrs");

  private Ceremony() {}

  /** Entry point. */
  public static void main(String[] args) {
    Hardening.forbidDumps();
    Arguments arguments;
    Home home;
    try {
      arguments = Arguments.parse(args, OPTIONS, List.of("--pin"));
      home = new Home(Path.of(arguments.need("--home")));
    } catch (BadInput e) {
      System.err.println("keyd ceremony: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    try {
      Json.Obj said =
          arguments.flags().contains("--pin")
              ? pin(home, Instant.now())
              : create(home, RootKind.of(arguments), Credentials.of(arguments), Instant.now());
      System.out.println(Json.toString(said));
    } catch (FileAlreadyExistsException e) {
      System.err.println("keyd ceremony: " + e.getFile() + " exists; keys are never replaced");
      System.exit(FAILED);
    } catch (IOException | BadInput e) {
      System.err.println("keyd ceremony: " + e.getMessage());
      System.exit(FAILED);
    }
  }

  /** Makes the four keys; answers their public parts. */
  static Json.Obj create(Home home, RootKind kind, Credentials credentials, Instant now)
      throws IOException, BadInput {
    Files.createDirectories(
        home.state(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    RootKeys.create(home, kind, credentials, now);
    SigningKey witness = SigningKey.generate();
    witness.write(home.witnessKey());
    SigningKey lease = SigningKey.generate();
    lease.write(home.leaseKey());
    try (RecipientKey recipient = RecipientKey.create(home.recipientKey())) {
      return Json.obj()
          .put("witness", witness.verifyingKey().spki())
          .put("keyd", lease.verifyingKey().spki())
          .put("recipient", recipient.recipient().hex())
          .build();
    }
  }

  /** Pins the trust root and starts the memory, once. */
  static Json.Obj pin(Home home, Instant now) throws IOException, BadInput {
    // The mark lies beside the keys: a deleted state cannot be started anew by a second pin.
    if (home.pin().exists() || home.memory().exists() || Files.exists(home.pinned())) {
      throw new BadInput("a trust root is pinned already; a pin is never replaced");
    }
    TrustRoot root = Pins.readRoot(home.trustRoot());
    try (RecipientKey recipient = RecipientKey.read(home.recipientKey())) {
      Main.requireNamed(
          Pins.of(root),
          recipient,
          SigningKey.read(home.witnessKey()),
          SigningKey.read(home.leaseKey()));
    }
    Files.createFile(home.pinned());
    home.memory().store(Memory.fresh(now).toJson());
    home.pin().store(Pins.pin(root));
    return Json.obj().put("pinned", root.id()).build();
  }
}
