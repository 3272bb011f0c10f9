package dev.sallyport.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The gateway, asked by OpenAI's own client: lists, whole and streamed answers, refusals. */
class OpenAiClientTest {
  private static final Path CLIENT = Installation.ROOT.resolve("it/openai-client");

  @Test
  void openAisClientGetsAnswersWholeAndStreamed() throws Exception {
    assumeTrue(
        Files.isDirectory(CLIENT.resolve("node_modules")),
        "skipped: OpenAI's client is not installed; ./check does so online, or: npm ci in"
            + " it/openai-client");
    try (Installation house = Installation.initialised()) {
      house.up();
      house.seal();
      house.evidence();
      house.release();
      house.run("run", Installation.MODEL, "--as", "sysadmin").ok();
      String[] add = {"principals", "add", "alice", "--tier", "internal", "--as", "sysadmin"};
      house.environment().put("SALLYPORT_API_KEY", house.run(add).ok().string("key"));
      house
          .environment()
          .put("NODE_EXTRA_CA_CERTS", house.home().resolve("server/tls/cert.pem").toString());
      Installation.Ran ran =
          house.shell("node", CLIENT + "/ask.mjs", house.url() + "/v1", Installation.MODEL);
      assertEquals(0, ran.exit(), ran.err());
      assertTrue(ran.out().startsWith("openai-client: whole and "), ran.out());
    }
  }
}
