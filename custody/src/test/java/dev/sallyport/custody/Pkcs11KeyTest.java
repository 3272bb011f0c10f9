package dev.sallyport.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.keys.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.security.auth.login.LoginException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract, and what is special to tokens, on SoftHSM. */
class Pkcs11KeyTest extends KeyProviderContract {
  private static SoftHsm hsm;
  private static Pkcs11Key.Token token;

  @BeforeAll
  static void start() throws Exception {
    hsm = SoftHsm.start();
    token = hsm.token("contract");
  }

  @Override
  protected KeyProvider fresh() throws Exception {
    return Pkcs11Key.create(token, SoftHsm.PIN.toCharArray());
  }

  @Override
  protected KeyProvider reopen(KeyProvider provider) throws Exception {
    return Pkcs11Key.open(token, provider.keyId(), SoftHsm.PIN.toCharArray());
  }

  @Test
  void theTokenKeepsTheKeySensitiveAndUnextractable() throws Exception {
    try (KeyProvider made = fresh()) {
      String listed = hsm.list(token, made.keyId());
      assertTrue(listed.contains("sallyport-root-" + made.keyId()), listed);
      String access = listed.substring(listed.indexOf(made.keyId()));
      access = access.substring(0, (access + "Object").indexOf("Object"));
      assertTrue(access.contains("always sensitive, never extractable, local"), access);
    }
  }

  @Test
  void refusesAKeyThatTheTokenWouldGiveAway() throws Exception {
    hsm.importExtractable(token, "0123456789abcdef");
    assertEquals(
        "key sallyport-root-0123456789abcdef is extractable; it must not be",
        unavailable(KeyUnavailable.Reason.KEY, token, "0123456789abcdef", SoftHsm.PIN));
  }

  @Test
  void saysThatThePinIsWrong() throws Exception {
    Pkcs11Key.Token locked = hsm.token("wrong-pin");
    String said = unavailable(KeyUnavailable.Reason.PIN, locked, "0000000000000000", "9999");
    assertEquals("token \"wrong-pin\" refuses the PIN", said);
  }

  /** SoftHSM never locks a PIN, so the code that other tokens answer is given by hand. */
  @Test
  void saysThatThePinIsLockedAndWhoCanHelp() {
    LoginException locked = new LoginException("login failed");
    locked.initCause(new IllegalStateException("CKR_PIN_LOCKED"));
    KeyUnavailable e = Pkcs11Key.refused(token, locked);
    assertEquals(KeyUnavailable.Reason.PIN, e.reason());
    assertEquals("token \"contract\": the PIN is locked; its officer can reset it", e.getMessage());
  }

  @Test
  void saysWhichTokenOrModuleIsMissing() {
    assertEquals(
        "0 tokens are labelled \"elsewhere\"; one is needed",
        unavailable(
            KeyUnavailable.Reason.DEVICE,
            new Pkcs11Key.Token(token.module(), "elsewhere"),
            "00",
            SoftHsm.PIN));
    Path none = Path.of("/nonexistent/pkcs11.so");
    assertEquals(
        "no PKCS #11 module at /nonexistent/pkcs11.so",
        unavailable(
            KeyUnavailable.Reason.DEVICE,
            new Pkcs11Key.Token(none, "contract"),
            "00",
            SoftHsm.PIN));
  }

  @Test
  void refusesAFileThatIsNoModule() throws Exception {
    Path file = Files.write(hsm.directory().resolve("not-a-library.so"), "x".getBytes(UTF_8));
    unavailable(
        KeyUnavailable.Reason.DEVICE, new Pkcs11Key.Token(file, "contract"), "00", SoftHsm.PIN);
  }

  @Test
  void saysThatTheKeyIsNotOnTheToken() {
    assertEquals(
        "the token has no AES key sallyport-root-ffffffffffffffff",
        unavailable(KeyUnavailable.Reason.KEY, token, "ffffffffffffffff", SoftHsm.PIN));
  }

  @Test
  void aTokenThatIsGoneIsNotABadKey() throws Exception {
    Pkcs11Key.Token going = hsm.token("going");
    try (KeyProvider key = Pkcs11Key.create(going, SoftHsm.PIN.toCharArray());
        Secret data = Secret.random()) {
      byte[] wrapped = key.wrap(data, new byte[0]);
      hsm.delete(going);
      assertThrows(KeyUnavailable.class, () -> key.unwrap(wrapped, new byte[0]).close());
      assertThrows(KeyUnavailable.class, () -> key.wrap(data, new byte[0]));
    }
  }

  private static String unavailable(
      KeyUnavailable.Reason reason, Pkcs11Key.Token at, String id, String pin) {
    KeyUnavailable e =
        assertThrows(KeyUnavailable.class, () -> Pkcs11Key.open(at, id, pin.toCharArray()).close());
    assertEquals(reason, e.reason(), e.getMessage());
    return e.getMessage();
  }
}
