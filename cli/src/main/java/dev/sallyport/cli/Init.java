package dev.sallyport.cli;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Role;
import dev.sallyport.release.Defaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The key ceremony on one machine. */
@Command(
    description = "Makes an installation: people, keys, trust root, first policy.",
    footer = {
      "",
      "Examples:",
      "  sallyport init",
      "  sallyport init --person ann:system-admin --person bo:security-admin \\",
      "      --person cy:security-admin --person di:audit-admin --person ed:assessor",
      "  sallyport init --root-key pkcs11 --pkcs11-module /usr/lib/vendor/pkcs11.so \\",
      "      --pkcs11-token weights --pin-file pin",
      "  sallyport init --root-key tpm --tpm-pcrs 0,2,4,7"
    })
final class Init implements Callable<Integer> {
  private static final List<String> DEFAULT_PEOPLE =
      List.of(
          "sysadmin:system-admin",
          "sec1:security-admin",
          "sec2:security-admin",
          "audit1:audit-admin",
          "assessor1:assessor");

  private static final int MAX_DOCUMENT = 40_000;

  private final Session session;

  @Option(
      names = "--person",
      paramLabel = "NAME:ROLE",
      description =
          "A person and their one role: system-admin, security-admin, audit-admin or assessor;"
              + " repeat for each. Default: sysadmin, sec1, sec2, audit1, assessor1.")
  private List<String> people = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "A name or address of this server, for its certificate; may be repeated.")
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      description = "Where the API listens (default: ${DEFAULT-VALUE}).")
  private String listen = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the API; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  private int port = 8443;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Protects keyd's root key by the passphrase in this file.")
  private @Nullable Path passphrase;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "The first policy (spec/evidence.md §3); default: the one shipped.")
  private @Nullable Path policy;

  @Option(
      names = "--thresholds",
      paramLabel = "FILE",
      description = "The first thresholds (spec/evidence.md §2); default: those shipped.")
  private @Nullable Path thresholds;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Own certificate chain, PEM; default: a self-signed one is made.")
  private @Nullable Path tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, PKCS #8 PEM.")
  private @Nullable Path tlsKey;

  @Option(
      names = "--root-key",
      paramLabel = "KIND",
      description = "What holds the root key: file, pkcs11 or tpm (default: ${DEFAULT-VALUE}).")
  private String kind = "file";

  @Mixin private final RootKeyOptions rootKey = new RootKeyOptions();

  Init(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, BadInput, IOException, InterruptedException {
    List<Ceremony.Member> members = members();
    if (port < 0 || port > 65_535) {
      throw new Failure(Exit.USAGE, "--port " + port + "; 0 to 65535 are allowed");
    }
    Home home = session.home();
    Ceremony.Settings settings =
        new Ceremony.Settings(
            listen,
            port,
            hosts(),
            certificate(),
            policy == null ? Defaults.policy() : document(policy),
            thresholds == null ? Defaults.thresholds() : document(thresholds));
    Json.Obj made = new Ceremony(Dist.find(), members, settings, passphrase, place()).hold(home);
    session.print(made, lines(home, members));
    return Exit.OK.status();
  }

  private RootKeyPlace place() throws Failure {
    return rootKey.place("--root-key", kind, passphrase != null);
  }

  private static Json.Obj document(Path file) throws IOException, BadInput {
    return Json.parseObject(Bounded.read(file, MAX_DOCUMENT));
  }

  private Optional<Ceremony.Certificate> certificate() throws Failure {
    if ((tlsCertificate == null) != (tlsKey == null)) {
      throw new Failure(Exit.USAGE, "--tls-cert and --tls-key go together");
    }
    return tlsCertificate == null || tlsKey == null
        ? Optional.empty()
        : Optional.of(new Ceremony.Certificate(tlsCertificate, tlsKey));
  }

  private List<String> hosts() {
    return hosts.isEmpty() ? List.of("localhost", "127.0.0.1", "::1") : hosts;
  }

  private List<Ceremony.Member> members() throws Failure {
    List<Ceremony.Member> members = new ArrayList<>();
    for (String text : people.isEmpty() ? DEFAULT_PEOPLE : people) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      if (colon < 0 || !Names.isName(name)) {
        throw new Failure(Exit.USAGE, "--person \"" + text + "\" is not NAME:ROLE; " + Names.RULE);
      }
      try {
        members.add(new Ceremony.Member(name, Role.parse(text.substring(colon + 1))));
      } catch (BadInput e) {
        throw new Failure(Exit.USAGE, "--person " + text + ": " + e.getMessage(), e);
      }
    }
    requireEnough(members);
    return members;
  }

  /** Without these, nothing could ever be released: better to hear it now. */
  private static void requireEnough(List<Ceremony.Member> members) throws Failure {
    requireRole(members, Role.SYSTEM_ADMIN, 1, "requests releases");
    requireRole(members, Role.SECURITY_ADMIN, 2, "sign the policy");
    requireRole(members, Role.AUDIT_ADMIN, 1, "verifies the log");
    requireRole(members, Role.ASSESSOR, 1, "signs evidence");
    if (members.stream().map(Ceremony.Member::name).distinct().count() != members.size()) {
      throw new Failure(Exit.USAGE, "a person is named twice; one person has one role");
    }
  }

  private static void requireRole(List<Ceremony.Member> all, Role role, int least, String why)
      throws Failure {
    long count = all.stream().filter(m -> m.role() == role).count();
    if (count < least) {
      throw new Failure(
          Exit.USAGE,
          count + " people of role " + role.label() + "; " + least + " needed: who " + why);
    }
  }

  private static List<String> lines(Home home, List<Ceremony.Member> members) {
    List<String> lines = new ArrayList<>();
    lines.add("installation  " + home.path());
    for (Ceremony.Member m : members) {
      lines.add(
          "person        "
              + Text.column(m.name(), 12)
              + Text.column(m.role().label(), 16)
              + home.people().resolve(m.name() + ".key"));
    }
    lines.add("risks         " + home.riskRegister() + " names owners and reviews: edit it");
    lines.add("Hand each key to its person and remove it here: whoever holds two holds a quorum.");
    lines.add("next          sallyport up");
    return lines;
  }
}
