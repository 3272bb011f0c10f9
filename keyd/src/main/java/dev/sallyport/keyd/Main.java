package dev.sallyport.keyd;

import dev.sallyport.core.Arguments;
import dev.sallyport.core.BadInput;
import dev.sallyport.custody.Hardening;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.SigningKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Composition root of the keyd process: {@code --home DIR [--passphrase-file FILE]… [--pin-file
 * FILE] [--token-pin LABEL=FILE]…}. Ends with 0 on SIGTERM, 64 on bad arguments, 78 if home, keys
 * or state are not what they must be.
 */
public final class Main {
  private static final System.Logger LOG = System.getLogger("keyd");
  private static final int USAGE = 64;
  private static final int CONFIG = 78;

  /** How often a watcher hears that its lease still stands. */
  static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws InterruptedException {
    // INVARIANT: before any key is read (DESIGN §7, PR_SET_DUMPABLE).
    Hardening.forbidDumps();
    Hardening.lockMemory().forEach(call -> LOG.log(System.Logger.Level.INFO, "refused={0}", call));
    Arguments arguments;
    try {
      arguments =
          Arguments.parse(
              args,
              Stream.concat(Stream.of("--home"), Credentials.OPTIONS.stream()).toList(),
              List.of());
      arguments.need("--home");
    } catch (BadInput e) {
      System.err.println("keyd: " + e.getMessage());
      System.exit(USAGE);
      return;
    }
    try {
      run(new Home(Path.of(arguments.need("--home"))), Credentials.of(arguments));
    } catch (NoSuchFileException e) {
      System.err.println("keyd: " + e.getFile() + " is missing; run sallyport init first");
      System.exit(CONFIG);
    } catch (IOException | BadInput e) {
      System.err.println("keyd: " + e.getMessage());
      System.exit(CONFIG);
    }
  }

  private static void run(Home home, Credentials credentials)
      throws IOException, BadInput, InterruptedException {
    try (FileChannel _ = lock(home);
        RootKeys root = RootKeys.open(home, credentials);
        RecipientKey recipient = RecipientKey.read(home.recipientKey());
        Journal journal = Journal.open(home.journal())) {
      Pins pins = Pins.read(home.trustRoot(), home.pin());
      SigningKey witness = SigningKey.read(home.witnessKey());
      SigningKey lease = SigningKey.read(home.leaseKey());
      requireNamed(pins, recipient, witness, lease);
      Keyd.Keys keys = new Keyd.Keys(root, recipient, witness, lease);
      Store store = Store.open(home.memory(), InstantSource.system());
      try (Reading reading = Reading.open(pins, Excerpt.open(home.excerpt()), store.memory());
          Keyd _ = new Keyd(home.run(), pins, keys, store, reading, journal, KEEP_ALIVE)) {
        LOG.log(System.Logger.Level.INFO, "ready origin={0}", pins.root().origin());
        awaitTermination();
      }
    }
  }

  /** One keyd per home: a second would fork the state. */
  static FileChannel lock(Home home) throws IOException, BadInput {
    FileChannel channel =
        FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      LOG.log(System.Logger.Level.DEBUG, "locked by this process", sameProcess);
    }
    if (lock == null) {
      channel.close();
      throw new BadInput("another keyd runs on this home");
    }
    return channel;
  }

  /** Fails unless the keys on disk are those that the trust root names. */
  static void requireNamed(Pins pins, RecipientKey recipient, SigningKey witness, SigningKey lease)
      throws BadInput {
    boolean named =
        pins.root().witness().equals(witness.verifyingKey())
            && pins.root().keyd().equals(lease.verifyingKey())
            && pins.root().keydRecipient().equals(recipient.recipient().hex());
    if (!named) {
      throw new BadInput("keys in keyd/ are not those that the trust root names");
    }
  }

  private static void awaitTermination() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(() -> {
                  asked.countDown();
                  try {
                    // The main thread closes what it opened; the process then ends.
                    main.join(Duration.ofSeconds(2));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    asked.await();
  }
}
