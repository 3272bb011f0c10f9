package dev.sallyport.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the programs of this installation lie: one directory of jars per program. They are started
 * as processes of their own; the command line links none that opens anything.
 *
 * @param root holds {@code keyd/}, {@code keeper/}, …, as assembled, or as Maven built them
 * @param built whether it is a source tree, where jars are in {@code NAME/target/app}
 */
record Dist(Path root, boolean built) {
  /** Operator messages are one line each, with time and logger. */
  private static final String ONE_LINE =
      "-Djava.util.logging.SimpleFormatter.format=%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s %5$s%6$s%n";

  /** From {@code -Dsallyport.dist}; without it the source tree around the working directory. */
  static Dist find() throws Failure {
    Optional<String> set = Optional.ofNullable(System.getProperty("sallyport.dist"));
    if (set.isPresent()) {
      return new Dist(Path.of(set.get()).toAbsolutePath().normalize(), false);
    }
    Path here = Path.of("").toAbsolutePath();
    for (Path dir = here; dir != null; dir = dir.getParent()) {
      if (Files.isDirectory(dir.resolve("keyd/src/main"))) {
        return new Dist(dir, true);
      }
    }
    throw new Failure(
        Exit.UNAVAILABLE,
        "the programs are not found; start with the sallyport script, or set -Dsallyport.dist");
  }

  /** The directory of a program's jars. */
  Path app(String name) throws Failure {
    Path app = built ? root.resolve(name).resolve("target/app") : root.resolve(name);
    if (!Files.isDirectory(app)) {
      throw new Failure(
          Exit.UNAVAILABLE, "program " + name + " is not at " + app + "; build it first");
    }
    return app;
  }

  /** The AOT cache of a program (JEP 514), if one was recorded. */
  Optional<Path> cache(String name) {
    return Optional.of(root.resolve(name + ".aot")).filter(Files::isReadable);
  }

  static Path javaHome() {
    return Path.of(System.getProperty("java.home"));
  }

  /** The command line of a program's main class. */
  List<String> command(Program program, String mainClass, List<String> arguments) throws Failure {
    List<String> line = new ArrayList<>();
    line.add(javaHome().resolve("bin/java").toString());
    line.add("-XX:+UseSerialGC");
    line.add(ONE_LINE);
    line.addAll(program.jvm());
    // A cache of another JDK or another directory is ignored by the JVM, silently with this.
    cache(program.label())
        .ifPresent(file -> {
          line.add("-XX:AOTCache=" + file);
          line.add("-Xlog:aot=off");
          line.add("-Xlog:cds=off");
        });
    line.add("-p");
    line.add(app(program.label()).toString());
    line.add("-m");
    line.add(
        "dev.sallyport." + program.label() + "/dev.sallyport." + program.label() + "." + mainClass);
    line.addAll(arguments);
    return line;
  }
}
