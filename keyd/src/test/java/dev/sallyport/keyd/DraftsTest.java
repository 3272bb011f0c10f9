package dev.sallyport.keyd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.core.Refusal;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.custody.RecipientKey;
import dev.sallyport.keys.Envelope;
import dev.sallyport.keys.Recipient;
import dev.sallyport.keys.SealResume;
import dev.sallyport.keys.Secret;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets the data key of a sealing that was interrupted, and until when. */
class DraftsTest {
  private static final String MODEL = "drafted";

  @TempDir Path dir;
  private Fortress f;
  private final RecipientKey oneTime = RecipientKey.generate();
  private final Secret dataKey = Secret.random();
  private byte[] draft;

  @BeforeEach
  void open() throws Exception {
    f = new Fortress(dir);
    Recipient keyd = Recipient.fromHex(f.pins.root().keydRecipient());
    draft =
        f.seal(
                Json.obj()
                    .put("op", "draft")
                    .put("model", MODEL)
                    .put("version", 1)
                    .put("key", keyd.wrap(dataKey, DataKeys.draftContext(MODEL, 1)))
                    .build())
            .base64("draft");
  }

  @AfterEach
  void close() throws Exception {
    f.close();
    oneTime.close();
    dataKey.close();
  }

  @Test
  void givesTheKeyBackToASystemAdministrator() throws Exception {
    Envelope request = request("sys", 1, "a", f.now);
    Json.Obj answer = resume(request, draft);
    byte[] context = DataKeys.resumeContext(request.id());
    try (Secret key = oneTime.unwrap(answer.base64("key"), context)) {
      assertArrayEquals(dataKey.use(byte[]::clone), key.use(byte[]::clone));
    }
  }

  @Test
  void refusesPeopleOfOtherRoles() {
    for (String name : new String[] {"sec1", "aud", "assessor"}) {
      assertRefused("request", request(name, 1, "a", f.now), draft);
    }
  }

  @Test
  void refusesARequestTwiceOldOrFromTheFuture() throws Exception {
    Envelope request = request("sys", 1, "a", f.now);
    resume(request, draft);
    assertRefused("replay", request, draft);
    assertRefused("request", request("sys", 1, "b", f.now.minusSeconds(61)), draft);
    assertRefused("request", request("sys", 1, "c", f.now.plusSeconds(60)), draft);
  }

  @Test
  void refusesAnotherVersionOrAnotherKey() {
    assertRefused("key", request("sys", 2, "a", f.now), draft);
    assertRefused("request", request("sys", 1, "a", f.now), f.wrapped);
  }

  @Test
  void givesNothingOnceTheVersionIsWrappedForGood() throws Exception {
    f.wrap(MODEL, 1);
    assertRefused("model", request("sys", 1, "a", f.now), draft);
  }

  @Test
  void takesNoReleasedKeyForADraft() {
    SealResume resume =
        new SealResume(
            Fortress.MODEL,
            Digest.of(f.wrapped),
            2,
            oneTime.recipient().hex(),
            "d".repeat(32),
            f.now);
    assertRefused("key", f.sign(resume.statement(), "sys"), f.wrapped);
  }

  private Envelope request(String who, long version, String nonce, Instant at) {
    SealResume resume =
        new SealResume(
            MODEL, Digest.of(draft), version, oneTime.recipient().hex(), nonce.repeat(32), at);
    return f.sign(resume.statement(), who);
  }

  private Json.Obj resume(Envelope request, byte[] wrapped) throws Exception {
    return f.seal(
        Json.obj()
            .put("op", "resume")
            .put("draft", wrapped)
            .put("request", request.toJson())
            .build());
  }

  private void assertRefused(String code, Envelope request, byte[] wrapped) {
    assertEquals(code, assertThrows(Refusal.class, () -> resume(request, wrapped)).code());
  }
}
