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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every key provider must do; a provider's test extends it. */
public abstract class KeyProviderContract {
  private static final byte[] AD = "{\"model\":\"m\",\"version\":1}".getBytes(UTF_8);

  private KeyProvider provider;
  private Secret data;

  /** A provider with a root key of its own, each time another. */
  protected abstract KeyProvider fresh() throws Exception;

  /** The same root key, opened anew from where it rests. */
  protected abstract KeyProvider reopen(KeyProvider provider) throws Exception;

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
  void neverWrapsTwiceTheSame() throws Exception {
    assertNotEquals(Digest.of(provider.wrap(data, AD)), Digest.of(provider.wrap(data, AD)));
  }

  @Test
  void wrappedBytesDoNotHoldTheKey() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    byte[] key = data.use(byte[]::clone);
    for (int i = 0; i + key.length <= wrapped.length; i++) {
      assertTrue(!Arrays.equals(wrapped, i, i + key.length, key, 0, key.length));
    }
  }

  @Test
  void everyAlteredByteFailsAlike() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    String otherData = message(provider, wrapped, new byte[0]);
    for (int at = 0; at < wrapped.length; at++) {
      for (int bit : new int[] {0x01, 0x80}) {
        byte[] altered = wrapped.clone();
        altered[at] ^= (byte) bit;
        assertEquals(otherData, message(provider, altered, AD), "byte " + at);
      }
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
  void everyCutIsRefused() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    for (int length = 0; length < wrapped.length; length++) {
      byte[] cut = Arrays.copyOf(wrapped, length);
      assertThrows(BadInput.class, () -> provider.unwrap(cut, AD).close());
    }
    byte[] longer = Arrays.copyOf(wrapped, wrapped.length + 1);
    assertThrows(BadInput.class, () -> provider.unwrap(longer, AD).close());
  }

  @Test
  void associatedDataCannotSlideIntoTheHeader() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    byte[] shifted = Arrays.copyOf(AD, AD.length - 1);
    assertThrows(BadInput.class, () -> provider.unwrap(wrapped, shifted).close());
  }

  @Test
  void everyBitOfTheAssociatedDataIsBound() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    for (int at = 0; at < AD.length; at++) {
      byte[] other = AD.clone();
      other[at] ^= 1;
      assertThrows(BadInput.class, () -> provider.unwrap(wrapped, other).close(), "byte " + at);
    }
  }

  @Test
  void idIsSixteenHexDigitsAndStays() throws Exception {
    String id = provider.keyId();
    assertTrue(id.matches("[0-9a-f]{16}"), id);
    provider.wrap(data, AD);
    assertEquals(id, provider.keyId());
    try (KeyProvider again = reopen(provider)) {
      assertEquals(id, again.keyId());
      try (Secret back = again.unwrap(provider.wrap(data, AD), AD)) {
        assertArrayEquals(data.use(byte[]::clone), back.use(byte[]::clone));
      }
    }
  }

  @Test
  void wrapsAndOpensFromManyThreads() throws Exception {
    byte[] expected = data.use(byte[]::clone);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        byte[] ad = {(byte) i};
        all.add(
            threads.submit(() -> {
              try (Secret back = provider.unwrap(provider.wrap(data, ad), ad)) {
                return Arrays.equals(expected, back.use(byte[]::clone));
              }
            }));
      }
      for (Future<Boolean> one : all) {
        assertTrue(one.get());
      }
    }
  }

  @Test
  void aClosedProviderDoesNothing() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    provider.close();
    provider.close();
    assertThrows(IllegalStateException.class, () -> provider.wrap(data, AD));
    assertThrows(IllegalStateException.class, () -> provider.unwrap(wrapped, AD).close());
  }

  @Test
  void aDestroyedKeyOpensNothingEverAgain() throws Exception {
    byte[] wrapped = provider.wrap(data, AD);
    KeyProvider witness = reopen(provider);
    witness.close();
    provider.destroy();
    assertThrows(IllegalStateException.class, () -> provider.unwrap(wrapped, AD).close());
    assertThrows(Exception.class, () -> reopen(provider).close());
  }

  @Test
  void refusesToWrapWhatIsNoDataKey() {
    try (Secret longer = Secret.take(new byte[48])) {
      assertThrows(IllegalArgumentException.class, () -> provider.wrap(longer, AD));
    }
  }

  @Test
  void printsItsIdAndNothingElse() {
    assertTrue(provider.toString().endsWith("[id=" + provider.keyId() + "]"), provider.toString());
  }

  private static String message(KeyProvider provider, byte[] wrapped, byte[] ad) {
    return assertThrows(BadInput.class, () -> provider.unwrap(wrapped, ad).close()).getMessage();
  }
}
