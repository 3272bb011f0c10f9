package dev.sallyport.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes a self-signed certificate for a first run. The JDK has no public way to write an X.509
 * certificate, so its own {@code keytool} does it: no library comes into the networked wing for
 * something done once. The result is PEM, as of any other authority.
 */
public final class SelfSigned {
  private static final String ALIAS = "gateway";
  private static final String PASSWORD_VARIABLE = "SALLYPORT_KEYTOOL_PASSWORD";
  private static final int DAYS = 397;
  private static final int KEYTOOL_SECONDS = 60;

  private SelfSigned() {}

  /**
   * Writes {@code gateway.crt} and {@code gateway.key} (mode 0600) into {@code directory}.
   *
   * @param javaHome of a JDK or JRE with {@code bin/keytool}
   * @param hosts DNS names or IP addresses, at least one
   * @throws IOException if a file exists already, or keytool fails
   */
  public static TlsMaterial create(Path directory, Path javaHome, List<String> hosts)
      throws IOException {
    Path store = directory.resolve("gateway.p12.tmp");
    String password = password();
    try {
      keytool(javaHome, store, password, hosts);
      return export(store, password, directory);
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool wrote a store that cannot be read", e);
    } finally {
      Files.deleteIfExists(store);
    }
  }

  /** Of a store that lives for a second. */
  private static String password() {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static void keytool(Path javaHome, Path store, String password, List<String> hosts)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of(javaHome.resolve("bin/keytool").toString(), "-genkeypair"));
    command.addAll(List.of("-alias", ALIAS, "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-dname", "CN=Sallyport gateway", "-validity", Integer.toString(DAYS)));
    command.addAll(List.of("-ext", "san=" + names(hosts), "-ext", "eku=serverAuth"));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString()));
    command.addAll(List.of("-storepass:env", PASSWORD_VARIABLE));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put(PASSWORD_VARIABLE, password);
    Process process = builder.start();
    try {
      if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("keytool did not end within " + KEYTOOL_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new IOException("keytool exit status " + process.exitValue() + " for " + hosts);
    }
  }

  private static String names(List<String> hosts) {
    List<String> names = new ArrayList<>();
    for (String host : hosts) {
      boolean address = host.contains(":") || host.chars().allMatch(c -> c == '.' || c <= '9');
      names.add((address ? "ip:" : "dns:") + host);
    }
    return String.join(",", names);
  }

  private static TlsMaterial export(Path store, String password, Path directory)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance(store.toFile(), password.toCharArray());
    TlsMaterial made =
        new TlsMaterial(directory.resolve("gateway.crt"), directory.resolve("gateway.key"));
    byte[] key = keys.getKey(ALIAS, password.toCharArray()).getEncoded();
    Files.createFile(
        made.key(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(made.key(), pem("PRIVATE KEY", key), StandardCharsets.US_ASCII);
    Files.writeString(
        made.chain(),
        pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()),
        StandardCharsets.US_ASCII,
        StandardOpenOption.CREATE_NEW);
    return made;
  }

  private static String pem(String label, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }
}
