package dev.sallyport.sandbox;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files behind one command: the directories bound for it, its executable, and, of a
 * script, the interpreters that the kernel will start. One thread, one use.
 */
final class Measuring {
  /** Where a word without a slash is looked for: the PATH of runtimes. */
  private static final List<Path> PATH = List.of(Path.of("/usr/bin"), Path.of("/bin"));

  /** A script, {@code env}, another script, …; the kernel itself ends after five. */
  private static final int MOST = 8;

  private final List<Path> binds;
  private final @Nullable Path copies;
  final Map<String, Digest> contents = new TreeMap<>();
  final List<Mount> mounts = new ArrayList<>();
  final Set<Digest> executables = new HashSet<>();

  /** By real path, since two names may lead to one program. */
  private final Map<Path, Program> programs = new TreeMap<>();

  private record Program(Digest digest, List<String> interpreters) {}

  /**
   * @param copies the directory for copies of what is read; null to measure alone
   */
  Measuring(List<Path> binds, @Nullable Path copies) {
    this.binds = List.copyOf(binds);
    this.copies = copies;
  }

  void readBinds() throws IOException, BadInput {
    for (Path bind : binds) {
      Path copy = copies == null ? null : bindCopy(copies, bind);
      contents.put(bind.toString(), Tree.read(bind, copy));
      if (copy != null) {
        mounts.add(new Mount.Program(copy, bind));
      }
    }
  }

  private Path bindCopy(Path parent, Path bind) {
    return parent.resolve("bind-" + binds.indexOf(bind));
  }

  /** The program, and whatever else starts because it is a script. */
  void readPrograms(String command) throws IOException, BadInput {
    Deque<String> names = new ArrayDeque<>(List.of(command));
    for (int i = 0; !names.isEmpty(); i++) {
      if (i == MOST) {
        throw new BadInput(command + " has more than " + (MOST - 1) + " interpreters in turn");
      }
      Path place = find(names.pop());
      Path real = place.toRealPath();
      Program program = programs.get(real);
      if (program == null) {
        program = read(real, i == 0 ? "executable" : "interpreter-" + i);
        programs.put(real, program);
      }
      contents.put(place.toString(), program.digest());
      executables.add(program.digest());
      names.addAll(program.interpreters());
    }
  }

  private Program read(Path real, String name) throws IOException, BadInput {
    if (copies == null) {
      return new Program(Tree.file(real, null, true), FirstLine.interpreters(real));
    }
    Optional<Path> bind = binds.stream().filter(real::startsWith).findFirst();
    Path copy =
        bind.isPresent()
            ? bindCopy(copies, bind.get()).resolve(bind.get().relativize(real).toString())
            : copies.resolve(name);
    // INVARIANT: the digest is of the copy, which is what will be executed.
    Digest digest = bind.isPresent() ? Tree.file(copy, null, true) : Tree.file(real, copy, true);
    if (bind.isEmpty()) {
      mounts.add(new Mount.Program(copy, real));
    }
    List<String> interpreters = FirstLine.interpreters(copy);
    if (interpreters.isEmpty()) {
      close(copy);
    }
    return new Program(digest, interpreters);
  }

  /**
   * Lets a program be executed and not read: a process that may not read its own executable is not
   * dumped, nor traced, nor read through {@code /proc} by others of its user (prctl(2)). A script
   * stays readable for its interpreter, which is what is executed and gets closed in its turn.
   */
  private static void close(Path copy) throws IOException {
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("--x--x--x"));
  }

  private static Path find(String word) throws BadInput {
    if (word.contains("/")) {
      Path path = Path.of(word);
      if (!path.isAbsolute() || !path.normalize().equals(path)) {
        throw new BadInput("executable " + word + " is not a plain absolute path");
      }
      if (!Files.isRegularFile(path)) {
        throw new BadInput("executable " + path + " is not a file");
      }
      return path;
    }
    for (Path directory : PATH) {
      if (Files.isRegularFile(directory.resolve(word))) {
        return directory.resolve(word);
      }
    }
    throw new BadInput("executable " + word + " is not in " + PATH);
  }
}
