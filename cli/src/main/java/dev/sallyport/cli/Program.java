package dev.sallyport.cli;

import java.util.List;
import java.util.Locale;

/** The programs beside this one. */
enum Program {
  KEYD,
  SERVER,
  KEEPER,
  SEALER;

  /** The JVM options that suit what each does. */
  List<String> jvm() {
    return switch (this) {
      // Small and rarely busy: the quick compiler is enough.
      case KEYD -> List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "--illegal-native-access=allow");
      case SERVER ->
          List.of(
              "-Xmx512m",
              "-XX:MaxDirectMemorySize=256m",
              "--sun-misc-unsafe-memory-access=allow",
              "--illegal-native-access=allow");
      // They hash and encrypt in bulk.
      case KEEPER, SEALER -> List.of("-Xmx768m", "--illegal-native-access=allow");
    };
  }

  /** The name of the directory, the module and the process: {@code keyd}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
