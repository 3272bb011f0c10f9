package dev.sallyport.keyd;

import dev.sallyport.attest.Binding;
import dev.sallyport.attest.EvidenceFormat;
import dev.sallyport.attest.Genuine;
import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.LeaseRequest;
import dev.sallyport.keys.Recipient;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A vendor whose hardware signs nothing: what is tested here comes after the signature. */
final class PlainHardware implements EvidenceFormat {
  @Override
  public String type() {
    return "plain";
  }

  @Override
  public Genuine verify(Json.Obj evidence, Instant asOf) throws BadInput {
    return new Genuine(
        type(),
        new TreeMap<>(Map.of("measurement", evidence.string("measurement"), "level", "3")),
        evidence.bool("debug"),
        evidence.string("reportData"),
        Digest.of("root"),
        asOf,
        List.of("everything"));
  }

  /** The request with evidence that is bound to it, or to a change of it. */
  static LeaseRequest attested(
      LeaseRequest r, String measurement, String nonce, String recipient, boolean debug)
      throws BadInput {
    Binding binding = Binding.of(HexFormat.of().parseHex(nonce), Recipient.fromHex(recipient));
    Json.Obj evidence =
        Json.obj()
            .put("measurement", measurement)
            .put("debug", debug)
            .put("reportData", HexFormat.of().formatHex(binding.bytes()))
            .build();
    Json.Obj item = Json.obj().put("type", "plain").put("evidence", evidence).build();
    return new LeaseRequest(
        r.model(),
        r.manifest(),
        r.release(),
        r.recipient(),
        r.keeper(),
        r.host(),
        r.command(),
        r.nonce(),
        r.at(),
        r.renews(),
        List.of(item));
  }
}
