package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Verifies the attestations of a lease request with the formats of this installation. */
public final class Attestations {
  private static final int MAX = 16;

  private final Map<String, EvidenceFormat> formats;

  public Attestations(List<EvidenceFormat> formats) {
    Map<String, EvidenceFormat> byType = new HashMap<>();
    formats.forEach(f -> byType.put(f.type(), f));
    this.formats = Map.copyOf(byType);
  }

  /** Those of which the vendors' roots are known here, and TPM quotes, which have none. */
  public static Attestations ofVendors() {
    return new Attestations(
        List.of(
            new SevSnp(Roots.AMD),
            new Tdx(Roots.INTEL),
            new NvidiaHopper(Roots.NVIDIA),
            new TpmQuote()));
  }

  /**
   * Verifies each piece of evidence; every one must hold.
   *
   * @param items each {@code type} and {@code evidence}; none at all is {@link Attestation.None}
   */
  public List<Attestation> verify(List<Json.Obj> items, Binding binding, Instant asOf)
      throws BadInput {
    if (items.size() > MAX) {
      throw new BadInput(items.size() + " attestations; limit " + MAX);
    }
    List<Attestation> out = new ArrayList<>();
    for (Json.Obj item : items) {
      item.only("type", "evidence");
      EvidenceFormat format = formats.get(item.string("type"));
      if (format == null) {
        throw new BadInput(
            "attestation type \"" + Json.clip(item.string("type")) + "\" is not known");
      }
      out.add(format.verify(item.object("evidence"), asOf).boundTo(binding));
    }
    return out.isEmpty() ? List.of(new Attestation.None()) : List.copyOf(out);
  }
}
