package dev.sallyport.attest;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import java.util.ArrayList;
import java.util.List;

/** Members that several formats have. */
final class Members {
  private Members() {}

  /** {@code certificates}: base64 DER, leaf first. */
  static CertificateChain certificates(Json.Obj evidence) throws BadInput {
    List<byte[]> der = new ArrayList<>();
    for (String text : evidence.strings("certificates")) {
      der.add(Json.obj().put("certificates", text).build().base64("certificates"));
    }
    return CertificateChain.parse(der);
  }
}
