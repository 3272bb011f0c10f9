package dev.sallyport.keyd;

import dev.sallyport.attest.Attestations;
import dev.sallyport.attest.Roots;
import dev.sallyport.attest.SevSnp;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.SigningKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * keyd on what is on disk, opened as {@link Main} does. It is made and closed through types of the
 * JDK alone, so that a {@link Mutant} can be opened like the real one.
 */
public final class Daemon implements AutoCloseable {
  static final Credentials NO_CREDENTIALS = new Credentials(List.of(), Optional.empty(), Map.of());

  private final RootKeys root;
  private final RecipientKey recipient;
  private final Journal journal;
  private final Reading reading;
  private final Keyd keyd;

  /** Opens it. */
  public Daemon(Path directory, InstantSource clock) throws Exception {
    this(directory, clock, NO_CREDENTIALS);
  }

  Daemon(Path directory, InstantSource clock, Credentials credentials) throws Exception {
    Home home = new Home(directory);
    Pins pins = withPlainHardware(Pins.read(home.trustRoot(), home.pin()));
    SigningKey witness = SigningKey.read(home.witnessKey());
    SigningKey lease = SigningKey.read(home.leaseKey());
    Store store = Store.open(home.memory(), clock);
    root = RootKeys.open(home, credentials);
    recipient = RecipientKey.read(home.recipientKey());
    Main.requireNamed(pins, recipient, witness, lease);
    journal = Journal.open(home.journal());
    Keyd.Keys keys = new Keyd.Keys(root, recipient, witness, lease);
    reading = Reading.open(pins, Excerpt.open(home.excerpt()), store.memory());
    keyd = new Keyd(home.run(), pins, keys, store, reading, journal, Duration.ofMillis(100));
  }

  /** Beside the vendors' formats, one that a test can write evidence of. */
  static Pins withPlainHardware(Pins pins) {
    return new Pins(
        pins.root(),
        pins.log(),
        pins.witness(),
        new Attestations(List.of(new PlainHardware(), new SevSnp(Roots.AMD))));
  }

  @Override
  public void close() throws Exception {
    keyd.close();
    reading.close();
    journal.close();
    recipient.close();
    root.close();
  }
}
