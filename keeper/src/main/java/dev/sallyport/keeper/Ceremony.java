package dev.sallyport.keeper;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.custody.Hardening;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The keeper's part of the key ceremony: {@code --home DIR} makes its key and prints the public
 * part as one JSON object. It never replaces a key.
 */
public final class Ceremony {
  private static final int USAGE = 64;
  private static final int FAILED = 78;

  private Ceremony() {}

  /** Entry point. */
  public static void main(String[] args) {
    Hardening.forbidDumps();
    Home home;
    try {
      home = new Home(Path.of(Arguments.parse(args, List.of("--home"), List.of()).need("--home")));
    } catch (BadInput e) {
      System.err.println("keeper ceremony: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    try {
      System.out.println(Json.toString(create(home)));
    } catch (FileAlreadyExistsException e) {
      System.err.println("keeper ceremony: " + e.getFile() + " exists; keys are never replaced");
      System.exit(FAILED);
    } catch (IOException e) {
      System.err.println("keeper ceremony: " + e.getMessage());
      System.exit(FAILED);
    }
  }

  static Json.Obj create(Home home) throws IOException {
    Files.createDirectories(
        home.keeperKey().getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    SigningKey key = SigningKey.generate();
    key.write(home.keeperKey());
    return Json.obj().put("keeper", key.verifyingKey().spki()).build();
  }
}
