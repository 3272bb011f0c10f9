package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A SoftHSM2 token in the directory of an installation, and the options that name it. */
record SoftToken(Path store, Path conf, Path pin) {
  static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
  static final String LABEL = "weights";
  static final String PIN = "424242";

  static SoftToken make(Installation house) throws Exception {
    assumeTrue(Files.isReadable(MODULE), "skipped: no " + MODULE + "; apt-get install softhsm2");
    Path store = Files.createDirectory(house.dir().resolve("tokens"));
    Path conf = house.dir().resolve("softhsm2.conf");
    Files.writeString(conf, "directories.tokendir = " + store + "\nlog.level = ERROR\n");
    house.environment().put("SOFTHSM2_CONF", conf.toString());
    Installation.Ran made =
        house.shell(
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            LABEL,
            "--pin",
            PIN,
            "--so-pin",
            PIN);
    assertEquals(0, made.exit(), made.err());
    Path pin = Files.writeString(house.dir().resolve("pin"), PIN + "\n");
    return new SoftToken(store, conf, pin);
  }

  /** Behind {@code --root-key pkcs11} or {@code --to pkcs11}. */
  List<String> options() {
    return List.of(
        "--pkcs11-module",
        MODULE.toString(),
        "--pkcs11-token",
        LABEL,
        "--pkcs11-path",
        store.toString(),
        "--pkcs11-path",
        conf.toString(),
        "--pkcs11-env",
        "SOFTHSM2_CONF=" + conf,
        "--pin-file",
        pin.toString());
  }
}
