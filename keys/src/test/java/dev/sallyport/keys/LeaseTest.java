package dev.sallyport.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Instant NOW = Instant.parse("2026-11-02T10:00:00Z");
  private final SigningKey keeper = SigningKey.generate();

  private LeaseRequest request(String nonce) {
    return new LeaseRequest(
        "demo",
        Digest.of("manifest"),
        Digest.of("release"),
        "00",
        keeper.verifyingKey().id(),
        "host",
        LeaseRequest.embeddedDigest(),
        nonce,
        NOW,
        Optional.of("old"));
  }

  @Test
  void requestAndLeaseSurviveTheWire() throws Exception {
    LeaseRequest request = request("0".repeat(32));
    Envelope sent = Envelope.sign(request.statement(), keeper);
    Statement read = Envelope.parse(sent.toJson()).statementBy(keeper.verifyingKey());
    assertEquals(request, LeaseRequest.parse(read));

    Lease lease =
        new Lease(
            "1f",
            sent.id(),
            "demo",
            sent.id(),
            NOW,
            sent.id(),
            List.of(Digest.of("e")),
            List.of(Json.obj().put("type", "none").build()));
    assertEquals(lease, Lease.parse(lease.statement()));
  }

  @Test
  void onlyTheNamedKeyAloneCounts() {
    SigningKey other = SigningKey.generate();
    Statement statement = request("0".repeat(32)).statement();
    Envelope forged = Envelope.sign(statement, other);
    assertThrows(BadInput.class, () -> forged.statementBy(keeper.verifyingKey()));
    Envelope both = Envelope.sign(statement, keeper, other);
    assertThrows(BadInput.class, () -> both.statementBy(keeper.verifyingKey()));
  }

  @Test
  void refusesAShortNonce() {
    assertThrows(BadInput.class, () -> LeaseRequest.parse(request("00").statement()));
  }

  @Test
  void commandDigestCoversTheProfileAndIsWhatItWasWithoutOne() {
    List<String> command = List.of("/opt/x");
    Digest plain = LeaseRequest.commandDigest(command, List.of(), Map.of());
    assertEquals(Digest.of("{\"binds\":[],\"command\":[\"/opt/x\"],\"contents\":{}}"), plain);
    assertEquals(plain, LeaseRequest.commandDigest(command, List.of(), Map.of(), Optional.empty()));
    Digest one =
        LeaseRequest.commandDigest(command, List.of(), Map.of(), Optional.of(Digest.of("1")));
    Digest two =
        LeaseRequest.commandDigest(command, List.of(), Map.of(), Optional.of(Digest.of("2")));
    assertNotEquals(plain, one);
    assertNotEquals(one, two);
  }

  @Test
  void commandDigestCoversBindsAndBoundaries() {
    assertNotEquals(
        LeaseRequest.commandDigest(List.of("a b"), List.of(), Map.of()),
        LeaseRequest.commandDigest(List.of("a", "b"), List.of(), Map.of()));
    assertNotEquals(
        LeaseRequest.commandDigest(List.of("a"), List.of(), Map.of()),
        LeaseRequest.commandDigest(List.of("a"), List.of("/opt/x"), Map.of()));
    Map<String, Digest> one = Map.of("/opt/x", Digest.of("1"));
    Map<String, Digest> two = Map.of("/opt/x", Digest.of("2"));
    assertNotEquals(
        LeaseRequest.commandDigest(List.of("/opt/x"), List.of(), one),
        LeaseRequest.commandDigest(List.of("/opt/x"), List.of(), two));
  }
}
