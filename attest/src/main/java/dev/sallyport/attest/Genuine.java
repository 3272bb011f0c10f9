package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Evidence that the vendor's hardware made, at some time, for somebody: signature and chain are
 * verified, the binding is not. {@link #boundTo} turns it into an {@link Attestation}.
 *
 * @param type of the format
 * @param claims what the hardware says: measurements, versions, attributes; names are the vendor's
 * @param debug whether others can read the guest's memory
 * @param reportData hex; 64 or 32 bytes that the guest put in
 * @param root SHA-256 of the vendor's root key
 * @param asOf the time as of which the certificates were checked
 * @param unchecked what was not checked, in words for people
 */
public record Genuine(
    String type,
    SortedMap<String, String> claims,
    boolean debug,
    String reportData,
    Digest root,
    Instant asOf,
    List<String> unchecked) {

  public Genuine {
    claims = Collections.unmodifiableSortedMap(new TreeMap<>(claims));
    unchecked = List.copyOf(unchecked);
  }

  /** Fails if the guest can be debugged, or the evidence was made for another request. */
  public Attestation.Hardware boundTo(Binding binding) throws BadInput {
    if (debug) {
      throw new BadInput(type + ": the guest can be debugged; its memory is open to the host");
    }
    binding.require(HexFormat.of().parseHex(reportData));
    return new Attestation.Hardware(type, claims, root, asOf, unchecked);
  }
}
