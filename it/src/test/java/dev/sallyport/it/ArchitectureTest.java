package dev.sallyport.it;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house rules of DESIGN §5: arrows point one way, and the two wings never meet. */
class ArchitectureTest {
  private static final String PREFIX = "dev.sallyport.";

  /** All that can open a sealed weight, or hold what opens one. */
  private static final Set<String> OPENING_WING =
      Set.of("custody", "custodytpm", "envelope", "vault", "fuse", "sealer", "keyd", "keeper");

  private static final Set<String> NETWORKED_WING = Set.of("gateway", "release", "server", "cli");

  /** Rooms that the trusted core may read (DESIGN §5); everything else stays out of keyd. */
  private static final Set<String> TRUSTED_CORE =
      Set.of("core", "keys", "attest", "tlog", "risk", "custody", "custodytpm", "keyd");

  /** Who may require whom directly. A new arrow is a decision: write it here and in docs/adr. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("core", Set.of()),
          Map.entry("keys", Set.of("core")),
          Map.entry("attest", Set.of("core", "keys")),
          Map.entry("tlog", Set.of("core")),
          Map.entry("supplychain", Set.of("core", "keys", "tlog")),
          Map.entry("sandbox", Set.of("core")),
          Map.entry("risk", Set.of("core", "keys")),
          Map.entry("controls", Set.of("core")),
          Map.entry("scan", Set.of("core")),
          Map.entry("custody", Set.of("core", "keys")),
          Map.entry("custodytpm", Set.of("core", "keys", "custody")),
          Map.entry("audit", Set.of("core", "keys", "tlog")),
          Map.entry("envelope", Set.of("core", "keys", "custody")),
          Map.entry("release", Set.of("core", "keys", "tlog", "risk", "audit", "controls")),
          Map.entry("gateway", Set.of("core", "keys", "tlog", "audit")),
          Map.entry("vault", Set.of("core", "keys", "custody", "envelope")),
          Map.entry("fuse", Set.of("core", "keys", "vault")),
          Map.entry("sealer", Set.of("core", "keys", "scan", "custody", "envelope", "vault")),
          Map.entry(
              "keyd", Set.of("core", "keys", "attest", "tlog", "risk", "custody", "custodytpm")),
          Map.entry(
              "keeper",
              Set.of(
                  "core",
                  "keys",
                  "attest",
                  "custody",
                  "custodytpm",
                  "envelope",
                  "vault",
                  "fuse",
                  "sandbox")),
          Map.entry(
              "server", Set.of("core", "keys", "tlog", "risk", "audit", "release", "gateway")),
          Map.entry(
              "cli",
              Set.of(
                  "core",
                  "keys",
                  "scan",
                  "supplychain",
                  "tlog",
                  "risk",
                  "controls",
                  "audit",
                  "release",
                  "sandbox")),
          Map.entry("runtimellama", Set.of("core")),
          Map.entry("training", Set.of()));

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void everyArrowIsOneThatWasDecided() throws Exception {
    Map<String, Set<String>> found = graph();
    assertTrue(found.size() >= 16, "modules found: " + found.keySet() + "; build first");
    found.forEach((room, requires) -> {
      Set<String> undecided = new HashSet<>(requires);
      undecided.removeAll(ARROWS.getOrDefault(room, Set.of()));
      assertEquals(Set.of(), undecided, room + " requires what it must not");
    });
  }

  @Test
  void noNetworkedProcessReachesAnythingThatOpens() throws Exception {
    Map<String, Set<String>> graph = graph();
    for (String room : NETWORKED_WING) {
      Set<String> reached = closure(graph, room);
      reached.retainAll(OPENING_WING);
      assertEquals(Set.of(), reached, room + " reaches the opening wing");
    }
  }

  @Test
  void noOpeningProcessReachesTheNetworkedWing() throws Exception {
    Map<String, Set<String>> graph = graph();
    for (String room : OPENING_WING) {
      Set<String> reached = closure(graph, room);
      reached.retainAll(NETWORKED_WING);
      assertEquals(Set.of(), reached, room + " reaches the networked wing");
    }
  }

  @Test
  void keydReachesOnlyTheTrustedCoreAndTheJdk() throws Exception {
    assertTrue(TRUSTED_CORE.containsAll(closure(graph(), "keyd")));
    for (ModuleDescriptor m : descriptors()) {
      if (TRUSTED_CORE.contains(room(m.name()))) {
        for (ModuleDescriptor.Requires r : m.requires()) {
          boolean known =
              r.name().startsWith(PREFIX)
                  || r.name().startsWith("java.")
                  || r.name().startsWith("jdk.")
                  || r.name().equals("org.jspecify");
          assertTrue(known, m.name() + " requires third-party " + r.name());
        }
      }
    }
  }

  @Test
  void allOfTheTrustedCoreIsCounted() throws Exception {
    String line =
        Files.readAllLines(ROOT.resolve("bench/tcb")).stream()
            .filter(l -> l.startsWith("for room in "))
            .findFirst()
            .orElseThrow();
    String rooms = line.replace("for room in ", "").replace("; do", "").replace("-", "");
    assertEquals(TRUSTED_CORE, Set.of(rooms.split(" ")));
  }

  /** The jars are what the processes really run on, so they are looked at too. */
  @Test
  void theProgramsCarryNoJarOfTheOtherWing() throws Exception {
    for (String app : List.of("server", "cli")) {
      try (Stream<Path> jars = Files.list(ROOT.resolve(app).resolve("target/app"))) {
        Set<String> rooms =
            jars.map(p -> String.valueOf(p.getFileName()).replaceFirst("-0\\..*", ""))
                .collect(toSet());
        assertTrue(rooms.contains("core"), app + " has no app directory; build first");
        rooms.retainAll(OPENING_WING);
        assertEquals(Set.of(), rooms, app + " carries jars that open");
      }
    }
  }

  @Test
  void onlyTheTrustRootVouchesForSignatures() {
    constructors()
        .that()
        .areDeclaredIn("dev.sallyport.keys.Signed")
        .should()
        .bePackagePrivate()
        .check(classes());
  }

  /**
   * Decrypted weights reach a file through {@code extractTo} only, called from two places; read
   * piece by piece they are by the file system in memory alone.
   */
  @Test
  void onlyTheKeeperAndAnUnsealingWritePlaintextWeights() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(PREFIX + "keeper.PlaintextInMemory")
        .and()
        .doNotHaveFullyQualifiedName(PREFIX + "sealer.PlaintextCopy")
        .should()
        .callMethodWhere(
            target(owner(name(PREFIX + "vault.SealedModel"))).and(target(name("extractTo"))))
        .check(classes());
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(PREFIX + "fuse.Readers")
        .and()
        .doNotHaveFullyQualifiedName(PREFIX + "vault.Extraction")
        .should()
        .callMethodWhere(
            target(owner(name(PREFIX + "vault.SealedModel"))).and(target(name("reader"))))
        .check(classes());
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.sealer\\.(UnsealRun|PlaintextCopy)(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName(PREFIX + "sealer.PlaintextCopy")
        .check(classes());
  }

  @Test
  void onlyMainsReadTheEnvironmentAndTheClock() {
    noClasses()
        .that()
        .resideInAnyPackage(
            PREFIX + "core",
            PREFIX + "keys",
            PREFIX + "attest",
            PREFIX + "tlog",
            PREFIX + "supplychain",
            PREFIX + "risk",
            PREFIX + "release",
            PREFIX + "audit",
            PREFIX + "gateway",
            PREFIX + "envelope",
            PREFIX + "custody")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .because("one composition root per process reads them (STYLE, types before checks)")
        .check(classes());
  }

  @Test
  void theNetworkedWingNeverDecrypts() {
    noClasses()
        .that()
        .resideInAnyPackage(PREFIX + "release", PREFIX + "cli", PREFIX + "audit")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("javax.crypto.Cipher")
        .check(classes());
  }

  private static JavaClasses classes() {
    List<Path> dirs = ARROWS.keySet().stream().map(ArchitectureTest::classesOf).toList();
    JavaClasses found = new ClassFileImporter().importPaths(dirs);
    assertFalse(found.isEmpty(), "no classes; build first");
    return found;
  }

  private static Path classesOf(String room) {
    String dir = room.equals("runtimellama") ? "runtime-llama" : room;
    return ROOT.resolve(dir).resolve("target/classes");
  }

  private static List<ModuleDescriptor> descriptors() throws IOException {
    List<Path> dirs;
    try (Stream<Path> rooms = Files.list(ROOT)) {
      dirs =
          rooms
              .map(room -> room.resolve("target/classes"))
              .filter(dir -> Files.exists(dir.resolve("module-info.class")))
              .toList();
    }
    return ModuleFinder.of(dirs.toArray(Path[]::new)).findAll().stream()
        .map(ModuleReference::descriptor)
        .toList();
  }

  private static Map<String, Set<String>> graph() throws IOException {
    Map<String, Set<String>> graph = new TreeMap<>();
    for (ModuleDescriptor m : descriptors()) {
      graph.put(
          room(m.name()),
          m.requires().stream()
              .map(ModuleDescriptor.Requires::name)
              .filter(name -> name.startsWith(PREFIX))
              .map(ArchitectureTest::room)
              .collect(toSet()));
    }
    return graph;
  }

  private static String room(String module) {
    return module.startsWith(PREFIX) ? module.substring(PREFIX.length()) : module;
  }

  private static Set<String> closure(Map<String, Set<String>> graph, String start) {
    Set<String> seen = new HashSet<>();
    Deque<String> todo = new ArrayDeque<>(List.of(start));
    while (!todo.isEmpty()) {
      String next = todo.pop();
      if (seen.add(next)) {
        todo.addAll(graph.getOrDefault(next, Set.of()));
      }
    }
    return seen;
  }
}
