package dev.sallyport.cli;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Audience;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an API key; the installation keeps its hash only, so it is shown once. */
@Command(
    description = "Adds a user of the serving API and prints the API key, once.",
    footer = {
      "",
      "Example: sallyport principals add alice --tier limited --vetting 'contract 17' --as sysadmin"
    })
final class PrincipalAdd implements Callable<Integer> {
  private static final int KEY_BYTES = 32;

  private final Session session;
  @Mixin private final SignAs signAs = new SignAs();

  @Parameters(paramLabel = "NAME", description = "Of the user, as the log shows it.")
  private String name = "";

  @Option(
      names = "--tier",
      required = true,
      paramLabel = "TIER",
      description = "One of ${COMPLETION-CANDIDATES}; case does not matter.")
  private Audience tier = Audience.PUBLIC;

  @Option(names = "--vetting", paramLabel = "TEXT", description = "Who was vetted, how, by whom.")
  private String vetting = "";

  @Option(
      names = "--requests-per-minute",
      paramLabel = "N",
      description = "Own limit, beside the tier's.")
  private @Nullable Long requestsPerMinute;

  @Option(
      names = "--tokens-per-day",
      paramLabel = "N",
      description = "Own limit, beside the tier's.")
  private @Nullable Long tokensPerDay;

  @Option(
      names = "--bytes-per-day",
      paramLabel = "N",
      description = "Own limit, beside the tier's.")
  private @Nullable Long bytesPerDay;

  PrincipalAdd(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure {
    if (!Names.isName(name)) {
      throw new Failure(Exit.USAGE, "NAME \"" + name + "\": " + Names.RULE);
    }
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    String key = "sk-sp-" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    session
        .control()
        .submit(signAs.command(session.home(), "principal.add", arguments(Digest.of(key))));
    Json.Obj result = Json.obj().put("name", name).put("tier", tier.name()).put("key", key).build();
    List<String> lines = new ArrayList<>();
    lines.add("added       " + name + ", tier " + tier);
    lines.add("key         " + key);
    lines.add("            It is shown this once; only its hash is kept.");
    session.print(result, lines);
    return Exit.OK.status();
  }

  private Json.Obj arguments(Digest keyHash) {
    Json.Builder arguments =
        Json.obj()
            .put("name", name)
            .put("tier", tier.name())
            .put("keyHash", keyHash)
            .put("vetting", vetting);
    limit(arguments, "requestsPerMinute", requestsPerMinute);
    limit(arguments, "tokensPerDay", tokensPerDay);
    limit(arguments, "bytesPerDay", bytesPerDay);
    return arguments.build();
  }

  private static void limit(Json.Builder arguments, String name, @Nullable Long value) {
    if (value != null) {
      arguments.put(name, value);
    }
  }
}
