package dev.sallyport.custody;

import dev.sallyport.core.BadInput;
import dev.sallyport.keys.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;

/**
 * A root key that was made on a PKCS #11 token and cannot leave it: sensitive, not extractable,
 * AES-256. Wrapping is AES-GCM on the token, with a random nonce of ours (spec/sealed-weights.md
 * §3). The module is the JDK's own (SunPKCS11), so the trusted core gains no code.
 *
 * <p>A login holds for the whole process and all its sessions (PKCS #11 §5.6), so none is ever
 * ended here: it ends with keyd.
 */
public final class Pkcs11Key implements KeyProvider {
  private static final String MAGIC = "SPW2";
  private static final String ALIAS = "sallyport-root-";

  private final Provider token;
  private final String id;
  private final SecretKey key;
  private final KeyStore store;
  private volatile boolean closed;

  /**
   * Where the token is.
   *
   * @param module the vendor's library
   * @param label the token's label
   */
  public record Token(Path module, String label) {}

  private Pkcs11Key(Provider token, KeyStore store, String id) throws KeyUnavailable {
    this.token = token;
    this.store = store;
    this.id = id;
    this.key = find(store, id);
  }

  /** Makes a new root key on the token; the PIN is the caller's to wipe. */
  public static Pkcs11Key create(Token token, char[] pin) throws KeyUnavailable {
    Provider provider = login(token, pin);
    KeyStore store = load(provider);
    byte[] id = new byte[WrappedKey.ID];
    new SecureRandom().nextBytes(id);
    String name = HexFormat.of().formatHex(id);
    try {
      KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
      generator.init(8 * Secret.KEY_LENGTH);
      store.setKeyEntry(ALIAS + name, generator.generateKey(), null, null);
    } catch (GeneralSecurityException | ProviderException e) {
      throw broken("the token makes no AES-256 key", e);
    }
    return new Pkcs11Key(provider, store, name);
  }

  /** The root key with this id on the token; the PIN is the caller's to wipe. */
  public static Pkcs11Key open(Token token, String id, char[] pin) throws KeyUnavailable {
    Provider provider = login(token, pin);
    return new Pkcs11Key(provider, load(provider), id);
  }

  private static Provider login(Token token, char[] pin) throws KeyUnavailable {
    if (!Files.isRegularFile(token.module())) {
      throw new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE, "no PKCS #11 module at " + token.module());
    }
    long slot = Pkcs11Slots.find(token);
    Provider provider = provider(token, slot);
    try {
      if (provider instanceof AuthProvider auth) {
        auth.login(null, callbacks -> answer(callbacks, pin));
      }
      return provider;
    } catch (LoginException e) {
      throw refused(token, e);
    } catch (ProviderException e) {
      throw broken("token \"" + token.label() + "\" does not answer", e);
    }
  }

  private static Provider provider(Token token, long slot) throws KeyUnavailable {
    // One name per slot and module: the JDK keys configurations by it. Extractable keys are never
    // made.
    String configuration =
        """
        --name = sallyport-%d-%08x
        library = %s
        slot = %d
        attributes(generate, CKO_SECRET_KEY, CKK_AES) = {
          CKA_SENSITIVE = true
          CKA_EXTRACTABLE = false
          CKA_PRIVATE = true
          CKA_ENCRYPT = true
          CKA_DECRYPT = true
          CKA_WRAP = false
          CKA_UNWRAP = false
        }
        """
            .formatted(slot, token.module().hashCode(), quoted(token.module()), slot);
    try {
      Provider template = Security.getProvider("SunPKCS11");
      if (template == null) {
        throw new KeyUnavailable(
            KeyUnavailable.Reason.DEVICE, "this Java has no module jdk.crypto.cryptoki");
      }
      return template.configure(configuration);
    } catch (ProviderException | IllegalArgumentException e) {
      throw broken("PKCS #11 module " + token.module() + " does not start", e);
    }
  }

  private static String quoted(Path module) {
    return '"'
        + module.toAbsolutePath().toString().replace("\\", "\\\\").replace("\"", "\\\"")
        + '"';
  }

  private static void answer(Callback[] callbacks, char[] pin) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (!(callback instanceof PasswordCallback password)) {
        throw new UnsupportedCallbackException(callback);
      }
      password.setPassword(pin);
    }
  }

  /** Why a login failed, for whoever can do something about it. */
  static KeyUnavailable refused(Token token, LoginException e) {
    String code = code(e);
    String name = "token \"" + token.label() + "\"";
    return switch (code) {
      case "CKR_PIN_LOCKED" ->
          new KeyUnavailable(
              KeyUnavailable.Reason.PIN, name + ": the PIN is locked; its officer can reset it", e);
      case "CKR_PIN_INCORRECT", "CKR_PIN_INVALID", "CKR_PIN_LEN_RANGE" ->
          new KeyUnavailable(KeyUnavailable.Reason.PIN, name + " refuses the PIN", e);
      case "CKR_USER_PIN_NOT_INITIALIZED" ->
          new KeyUnavailable(KeyUnavailable.Reason.PIN, name + " has no user PIN yet", e);
      default ->
          e instanceof FailedLoginException
              ? new KeyUnavailable(KeyUnavailable.Reason.PIN, name + " refuses the PIN", e)
              : new KeyUnavailable(
                  KeyUnavailable.Reason.DEVICE, name + " does not answer: " + code, e);
    };
  }

  /** The CKR_ name in a chain of causes; the JDK keeps the class that knows it to itself. */
  private static String code(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage()).toUpperCase(Locale.ROOT);
      int at = message.indexOf("CKR_");
      if (at >= 0) {
        int end = at;
        while (end < message.length()
            && (message.charAt(end) == '_' || Character.isLetterOrDigit(message.charAt(end)))) {
          end++;
        }
        return message.substring(at, end);
      }
    }
    return "no code";
  }

  private static KeyStore load(Provider provider) throws KeyUnavailable {
    try {
      KeyStore store = KeyStore.getInstance("PKCS11", provider);
      store.load(null, null);
      return store;
    } catch (GeneralSecurityException | IOException | ProviderException e) {
      throw broken("the token's keys cannot be listed", e);
    }
  }

  private static SecretKey find(KeyStore store, String id) throws KeyUnavailable {
    try {
      Key found = store.getKey(ALIAS + id, null);
      if (!(found instanceof SecretKey key) || !key.getAlgorithm().equals("AES")) {
        throw new KeyUnavailable(
            KeyUnavailable.Reason.KEY, "the token has no AES key " + ALIAS + id);
      }
      // INVARIANT: a root key that the token would hand out is no root key.
      byte[] given = key.getEncoded();
      if (given != null) {
        Arrays.fill(given, (byte) 0);
        throw new KeyUnavailable(
            KeyUnavailable.Reason.KEY, "key " + ALIAS + id + " is extractable; it must not be");
      }
      return key;
    } catch (GeneralSecurityException | ProviderException e) {
      throw broken("the token's keys cannot be read", e);
    }
  }

  private static KeyUnavailable broken(String what, Exception e) {
    return new KeyUnavailable(KeyUnavailable.Reason.DEVICE, what + ": " + code(e), e);
  }

  @Override
  public String keyId() {
    return id;
  }

  @Override
  public byte[] wrap(Secret data, byte[] associatedData) throws KeyUnavailable {
    requireOpen();
    try {
      return WrappedKey.seal(
          MAGIC,
          HexFormat.of().parseHex(id),
          data,
          (nonce, head, plain) -> crypt(Cipher.ENCRYPT_MODE, nonce, head, plain, associatedData));
    } catch (GeneralSecurityException | ProviderException e) {
      throw broken("root key " + id + " does not wrap", e);
    }
  }

  @Override
  public Secret unwrap(byte[] wrapped, byte[] associatedData) throws BadInput, KeyUnavailable {
    requireOpen();
    WrappedKey parts = WrappedKey.parse(wrapped);
    try {
      return Secret.take(
          crypt(Cipher.DECRYPT_MODE, parts.nonce(), parts.head(), parts.box(), associatedData));
    } catch (AEADBadTagException e) {
      throw WrappedKey.doesNotOpen(e);
    } catch (GeneralSecurityException | ProviderException e) {
      if (answers()) {
        // Vendors differ in the code for a wrong tag; a token that still encrypts is not broken.
        throw WrappedKey.doesNotOpen(e);
      }
      throw broken("root key " + id + " does not unwrap", e);
    }
  }

  private boolean answers() {
    try (Secret probe = Secret.random()) {
      return wrap(probe, new byte[0]).length == WrappedKey.LENGTH;
    } catch (KeyUnavailable e) {
      return false;
    }
  }

  private byte[] crypt(int mode, byte[] nonce, byte[] head, byte[] input, byte[] associatedData)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", token);
    cipher.init(mode, key, new GCMParameterSpec(128, nonce));
    cipher.updateAAD(head);
    cipher.updateAAD(associatedData);
    return cipher.doFinal(input);
  }

  @Override
  public void destroy() throws KeyUnavailable {
    requireOpen();
    try {
      store.deleteEntry(ALIAS + id);
      if (store.containsAlias(ALIAS + id)) {
        throw new KeyUnavailable(
            KeyUnavailable.Reason.KEY, "root key " + id + " is still on the token");
      }
      closed = true;
    } catch (GeneralSecurityException | ProviderException e) {
      throw broken("root key " + id + " was not destroyed", e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("internal error: " + this + " used after close");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "Pkcs11Key[id=" + id + "]";
  }
}
