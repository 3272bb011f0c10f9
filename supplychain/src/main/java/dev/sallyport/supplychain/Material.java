package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import java.util.ArrayList;
import java.util.List;

/** What a bundle says it is to be verified with; exactly one kind. */
sealed interface Material {
  /** A key that the verifier must have; the hint only says which. */
  record Key(String hint) implements Material {}

  /** Certificates from the signing one towards the root. */
  record Chain(CertificateChain certificates) implements Material {}

  /** A short-lived certificate, with the entries of a transparency log. */
  record Keyless(CertificateChain certificate, List<Json.Obj> entries) implements Material {
    public Keyless {
      entries = List.copyOf(entries);
    }
  }

  static Material parse(Json.Obj json) throws BadInput {
    List<String> kinds = new ArrayList<>();
    for (String kind : List.of("publicKey", "x509CertificateChain", "certificate")) {
      if (json.find(kind).isPresent()) {
        kinds.add(kind);
      }
    }
    if (kinds.size() != 1) {
      throw new BadInput(
          "bundle has " + kinds.size() + " kinds of verification material; one is needed");
    }
    return switch (kinds.getFirst()) {
      case "publicKey" -> new Key(json.object("publicKey").findString("hint").orElse(""));
      case "x509CertificateChain" ->
          new Chain(chain(json.object("x509CertificateChain").objects("certificates")));
      default -> new Keyless(chain(List.of(json.object("certificate"))), entries(json));
    };
  }

  /** The JSON of protocol buffers leaves an empty list out; none verify without an entry anyway. */
  private static List<Json.Obj> entries(Json.Obj json) throws BadInput {
    return json.find("tlogEntries").isPresent() ? json.objects("tlogEntries") : List.of();
  }

  /** Certificates as the Sigstore formats have them: objects with {@code rawBytes}. */
  static CertificateChain chain(List<Json.Obj> items) throws BadInput {
    List<byte[]> der = new ArrayList<>();
    for (Json.Obj item : items) {
      der.add(item.base64("rawBytes"));
    }
    return CertificateChain.parse(der);
  }
}
