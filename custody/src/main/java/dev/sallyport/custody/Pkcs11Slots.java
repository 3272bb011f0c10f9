package dev.sallyport.custody;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Finds the slot of a token by its label: the JDK knows slots by number only, and numbers change
 * when a token is plugged in elsewhere. Three calls of PKCS #11 2.40, §5.4 and §5.5.
 */
final class Pkcs11Slots {
  private static final int CKR_OK = 0;
  private static final int CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191;
  private static final long CKF_OS_LOCKING_OK = 2;
  private static final int LABEL = 32;
  private static final int TOKEN_INFO = 256;
  private static final int MAX_SLOTS = 1024;

  private Pkcs11Slots() {}

  /** The slot that holds the one token with this label. */
  static synchronized long find(Pkcs11Key.Token token) throws KeyUnavailable {
    // The library stays loaded: the JDK loads the same one and never unloads it.
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup module = library(token);
      initialize(module, arena);
      long found = -1;
      int hits = 0;
      MemorySegment info = arena.allocate(TOKEN_INFO, 8);
      for (long slot : slots(module, arena)) {
        if (call(module, "C_GetTokenInfo", slot, info) == CKR_OK
            && label(info).equals(token.label())) {
          found = slot;
          hits++;
        }
      }
      if (hits != 1) {
        throw new KeyUnavailable(
            KeyUnavailable.Reason.DEVICE,
            hits + " tokens are labelled \"" + token.label() + "\"; one is needed");
      }
      return found;
    }
  }

  // Loading native code is restricted: the launcher grants it with --enable-native-access.
  @SuppressWarnings("restricted")
  private static SymbolLookup library(Pkcs11Key.Token token) throws KeyUnavailable {
    try {
      return SymbolLookup.libraryLookup(token.module().toAbsolutePath(), Arena.global());
    } catch (IllegalArgumentException e) {
      throw new KeyUnavailable(
          KeyUnavailable.Reason.DEVICE, token.module() + " cannot be loaded as a library", e);
    }
  }

  private static void initialize(SymbolLookup module, Arena arena) throws KeyUnavailable {
    MemorySegment arguments = arena.allocate(48, 8);
    arguments.set(ValueLayout.JAVA_LONG, 32, CKF_OS_LOCKING_OK);
    FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    long result;
    try {
      result = (long) function(module, "C_Initialize", shape).invokeExact(arguments);
    } catch (Throwable e) {
      throw broken(e);
    }
    // The JDK accepts a module that is initialised already, so it is left so.
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      throw failed("C_Initialize", result);
    }
  }

  private static long[] slots(SymbolLookup module, Arena arena) throws KeyUnavailable {
    FunctionDescriptor shape =
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_BYTE, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
    MemorySegment list = arena.allocate(ValueLayout.JAVA_LONG, MAX_SLOTS);
    long result;
    try {
      // The first call, without a list, is what makes a module look for new slots.
      result =
          (long)
              function(module, "C_GetSlotList", shape)
                  .invokeExact((byte) 1, MemorySegment.NULL, count);
      if (result == CKR_OK) {
        count.set(ValueLayout.JAVA_LONG, 0, MAX_SLOTS);
        result = (long) function(module, "C_GetSlotList", shape).invokeExact((byte) 1, list, count);
      }
    } catch (Throwable e) {
      throw broken(e);
    }
    if (result != CKR_OK) {
      throw failed("C_GetSlotList", result);
    }
    int slots = Math.toIntExact(count.get(ValueLayout.JAVA_LONG, 0));
    return list.asSlice(0, 8L * slots).toArray(ValueLayout.JAVA_LONG);
  }

  private static long call(SymbolLookup module, String name, long slot, MemorySegment out) {
    FunctionDescriptor shape =
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    try {
      return (long) function(module, name, shape).invokeExact(slot, out);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(SymbolLookup module, String name, FunctionDescriptor shape)
      throws KeyUnavailable {
    MemorySegment address =
        module
            .find(name)
            .orElseThrow(() ->
                new KeyUnavailable(
                    KeyUnavailable.Reason.DEVICE, "the PKCS #11 module has no " + name));
    return Linker.nativeLinker().downcallHandle(address, shape);
  }

  private static String label(MemorySegment info) {
    byte[] label = info.asSlice(0, LABEL).toArray(ValueLayout.JAVA_BYTE);
    return new String(label, StandardCharsets.UTF_8).stripTrailing();
  }

  private static KeyUnavailable failed(String call, long result) {
    return new KeyUnavailable(
        KeyUnavailable.Reason.DEVICE, call + " failed with 0x" + Long.toHexString(result));
  }

  private static IllegalStateException broken(Throwable cause) {
    return new IllegalStateException("internal error: native call failed", cause);
  }
}
