package dev.sallyport.cli;

import dev.sallyport.core.Json;
import dev.sallyport.supplychain.EcSigningKey;
import dev.sallyport.supplychain.MlDsaSigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a key pair for {@code model sign}. */
@Command(
    description = "Makes a key pair for: sallyport model sign.",
    footer = {"", "Example: sallyport model keygen --type ec-p256 --out publisher"})
final class ModelKeygen implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "ec-p256 (default), ec-p384, ec-p521 or ml-dsa-65.")
  private String type = "ec-p256";

  @Option(
      names = "--out",
      required = true,
      paramLabel = "PREFIX",
      description = "PREFIX.pem gets the private key, PREFIX.pub the public one.")
  private Path out = Path.of("");

  ModelKeygen(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, IOException {
    Path secret = out.resolveSibling(out.getFileName() + ".pem");
    Path open = out.resolveSibling(out.getFileName() + ".pub");
    if (Files.exists(open)) {
      throw new FileAlreadyExistsException(open.toString());
    }
    String pem =
        switch (type) {
          case "ec-p256" -> ec("secp256r1", secret);
          case "ec-p384" -> ec("secp384r1", secret);
          case "ec-p521" -> ec("secp521r1", secret);
          case "ml-dsa-65" -> mlDsa(secret);
          default ->
              throw new Failure(
                  Exit.USAGE, "--type \"" + type + "\": ec-p256, ec-p384, ec-p521 or ml-dsa-65");
        };
    Files.write(
        open,
        pem.getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE);
    session.print(
        Json.obj().put("private", secret.toString()).put("public", open.toString()).build(),
        List.of("private     " + secret, "public      " + open));
    return Exit.OK.status();
  }

  private static String ec(String curve, Path secret) throws IOException {
    EcSigningKey key = EcSigningKey.generate(curve);
    key.write(secret);
    return key.verifyingKey().pem();
  }

  private static String mlDsa(Path secret) throws IOException {
    MlDsaSigningKey key = MlDsaSigningKey.generate();
    key.write(secret);
    return key.verifyingKey().pem();
  }
}
