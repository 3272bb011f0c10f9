package dev.sallyport.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A SoftHSM2 with a store of its own, for this JVM: a module is configured once per process. */
final class SoftHsm {
  static final String PIN = "918273";
  private static final List<Path> MODULES =
      List.of(
          Path.of("/usr/lib/softhsm/libsofthsm2.so"),
          Path.of("/usr/lib64/softhsm/libsofthsm2.so"),
          Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
          Path.of("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"));

  private static SoftHsm running;
  private final Path directory;
  private final Path module;

  private SoftHsm(Path directory, Path module) {
    this.directory = directory;
    this.module = module;
  }

  static synchronized SoftHsm start() throws Exception {
    Path module = MODULES.stream().filter(Files::isReadable).findFirst().orElse(null);
    assumeTrue(module != null, "skipped: no libsofthsm2.so; apt-get install softhsm2");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/softhsm2-util")), "skipped: no softhsm2-util");
    if (running == null) {
      Path directory = Files.createTempDirectory("softhsm");
      Files.createDirectory(directory.resolve("tokens"));
      Files.writeString(
          directory.resolve("softhsm2.conf"),
          "directories.tokendir = " + directory.resolve("tokens") + "\nlog.level = ERROR\n");
      setenv("SOFTHSM2_CONF", directory.resolve("softhsm2.conf").toString());
      running = new SoftHsm(directory, module);
      for (String label : List.of("contract", "wrong-pin", "going")) {
        running.make(label);
      }
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(running::remove));
    }
    return running;
  }

  Path directory() {
    return directory;
  }

  /** One of the tokens made at the start: the module looks for tokens only once. */
  Pkcs11Key.Token token(String label) {
    return new Pkcs11Key.Token(module, label);
  }

  private void make(String label) throws Exception {
    run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PIN);
  }

  void delete(Pkcs11Key.Token token) throws Exception {
    run("softhsm2-util", "--delete-token", "--token", token.label());
  }

  void importExtractable(Pkcs11Key.Token token, String id) throws Exception {
    assumeTrue(hasTool(), "skipped: no pkcs11-tool; apt-get install opensc");
    tool(
        token,
        "--keygen",
        "--key-type",
        "AES:32",
        "--extractable",
        "--label",
        "sallyport-root-" + id,
        "--id",
        "77");
  }

  /** What another program sees of the key: its attributes. */
  String list(Pkcs11Key.Token token, String id) throws Exception {
    assumeTrue(hasTool(), "skipped: no pkcs11-tool; apt-get install opensc");
    return tool(token, "--list-objects", "--label", "sallyport-root-" + id);
  }

  private static boolean hasTool() {
    return Files.isExecutable(Path.of("/usr/bin/pkcs11-tool"));
  }

  private String tool(Pkcs11Key.Token token, String... more) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of("pkcs11-tool", "--module", module.toString(), "--token-label", token.label()));
    line.addAll(List.of("--login", "--pin", PIN));
    line.addAll(List.of(more));
    return run(line.toArray(String[]::new));
  }

  private String run(String... line) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("SOFTHSM2_CONF", directory.resolve("softhsm2.conf").toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor(30, TimeUnit.SECONDS);
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  /** The module reads its configuration from the environment of this process. */
  private static void setenv(String name, String value) {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor shape =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              linker
                  .downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), shape)
                  .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      assertEquals(0, result);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void remove() {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + directory);
    }
  }
}
