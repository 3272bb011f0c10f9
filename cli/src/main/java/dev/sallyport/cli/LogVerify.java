package dev.sallyport.cli;

import dev.sallyport.audit.LogCheck;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Checks the log from its files and the trust root alone (spec/audit-log.md §5). */
@Command(
    description = "Verifies the whole audit log from its files and the trust root, nothing else.",
    footer = {"", "Example: sallyport log verify"})
final class LogVerify implements Callable<Integer> {
  private final Session session;

  LogVerify(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Failure, IOException {
    Home home = session.home().existing();
    LogCheck check = LogCheck.run(home.log(), home.readTrustRoot());
    Json.Obj result =
        Json.obj()
            .put("held", check.held())
            .put("entries", check.entries())
            .put("tiles", check.tiles())
            .put("envelopes", check.envelopes())
            .put("checks", Json.strings(check.checks().stream().map(Enum::name).toList()))
            .put("failures", Json.strings(check.failures()))
            .build();
    session.print(result, lines(check));
    return (check.held() ? Exit.OK : Exit.REFUSED).status();
  }

  private static List<String> lines(LogCheck check) {
    List<String> lines = new ArrayList<>();
    lines.add(
        (check.held() ? "holds       " : "DOES NOT HOLD ")
            + check.entries()
            + " entries, "
            + check.tiles()
            + " tiles, "
            + check.envelopes()
            + " signed statements");
    lines.add("checked     " + check.checks());
    check.failures().forEach(failure -> lines.add("failure     " + failure));
    return lines;
  }
}
