package dev.sallyport.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.keys.Secret;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every key provider must do; a provider's test extends it. */
abstract class KeyProviderContract {
  private static final byte[] AD = "{\"model\":\"m\",\"version\":1}".getBytes(UTF_8);

  private KeyProvider provider;
  private Secret data;

  /** A provider with a root key of its own, each time another. */
  abstract KeyProvider fresh() throws Exception;

  @BeforeEach
  void open() throws Exception {
    provider = fresh();
    data = Secret.random();
  }

  @AfterEach
  void close() {
    data.close();
    provider.close();
  }

  @Test
  void opensWhatItWrapped() throws Exception {
    try (Secret back = provider.unwrap(provider.wrap(data, AD), AD)) {
      assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
    }
  }

  @Test
  void opensUnderEmptyAssociatedData() throws Exception {
    try (Secret back = provider.unwrap(provider.wrap(data, new byte[0]), new byte[0])) {
      assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
    }
  }

  @Test
  void neverWrapsTwiceTheSame() {
    assertNotEquals(Digest.of(provider.wrap(data, AD)), Digest.of(provider.wrap(data, AD)));
  }

  @Test
  void wrappedBytesDoNotHoldTheKey() {
    byte[] wrapped = provider.wrap(data, AD);
    byte[] key = data.use(byte[]::clone);
    for (int i = 0; i + key.length <= wrapped.length; i++) {
      assertTrue(!Arrays.equals(wrapped, i, i + key.length, key, 0, key.length));
    }
  }

  @Test
  void everyAlteredByteFailsAlike() {
    byte[] wrapped = provider.wrap(data, AD);
    String otherData = message(provider, wrapped, new byte[0]);
    for (int at = 0; at < wrapped.length; at++) {
      byte[] altered = wrapped.clone();
      altered[at] ^= (byte) 0x80;
      assertEquals(otherData, message(provider, altered, AD), "byte " + at);
    }
  }

  @Test
  void anotherRootKeyFailsLikeAnAlteredByte() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    try (KeyProvider other = fresh()) {
      assertNotEquals(provider.keyId(), other.keyId());
      assertEquals(message(provider, wrapped, new byte[0]), message(other, wrapped, AD));
    }
  }

  @Test
  void everyCutIsRefused() {
    byte[] wrapped = provider.wrap(data, AD);
    for (int length = 0; length < wrapped.length; length++) {
      byte[] cut = Arrays.copyOf(wrapped, length);
      assertThrows(BadInput.class, () -> provider.unwrap(cut, AD).close());
    }
    byte[] longer = Arrays.copyOf(wrapped, wrapped.length + 1);
    assertThrows(BadInput.class, () -> provider.unwrap(longer, AD).close());
  }

  @Test
  void associatedDataCannotSlideIntoTheHeader() {
    byte[] wrapped = provider.wrap(data, AD);
    byte[] shifted = Arrays.copyOf(AD, AD.length - 1);
    assertThrows(BadInput.class, () -> provider.unwrap(wrapped, shifted).close());
  }

  private static String message(KeyProvider provider, byte[] wrapped, byte[] ad) {
    return assertThrows(BadInput.class, () -> provider.unwrap(wrapped, ad).close()).getMessage();
  }
}
