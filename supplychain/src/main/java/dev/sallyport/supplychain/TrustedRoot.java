package dev.sallyport.supplychain;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.keys.CertificateChain;
import dev.sallyport.keys.EcKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of a Sigstore instance ({@code trusted_root.json}, media type {@code
 * application/vnd.dev.sigstore.trustedroot+json}): certificate authorities, transparency logs and
 * certificate logs, each with the time for which it is trusted. The file is trusted because a
 * person chose it; it is not fetched.
 */
public final class TrustedRoot {
  private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot";

  private final List<Authority> authorities;
  private final List<Log> logs;
  private final List<Log> certificateLogs;

  /** From when until when; an open end is {@link Instant#MAX}. */
  record Validity(Instant start, Instant end) {
    static Validity parse(Json.Obj json) throws BadInput {
      return new Validity(time(json, "start", Instant.MIN), time(json, "end", Instant.MAX));
    }

    private static Instant time(Json.Obj json, String name, Instant otherwise) throws BadInput {
      return json.find(name).isPresent() ? json.instant(name) : otherwise;
    }

    boolean holds(Instant at) {
      return !at.isBefore(start) && !at.isAfter(end);
    }
  }

  /** Intermediates, then the root. */
  record Authority(CertificateChain chain, Validity validity) {}

  /** An ECDSA log; its id is the SHA-256 of its SPKI. */
  record Log(EcKey key, Validity validity) {}

  private TrustedRoot(List<Authority> authorities, List<Log> logs, List<Log> certificateLogs) {
    this.authorities = List.copyOf(authorities);
    this.logs = List.copyOf(logs);
    this.certificateLogs = List.copyOf(certificateLogs);
  }

  /** Reads the file. Logs with keys of other kinds than ECDSA are passed over. */
  public static TrustedRoot parse(byte[] utf8) throws BadInput {
    Json.Obj json = Json.parseObject(utf8);
    if (!json.string("mediaType").startsWith(MEDIA_TYPE)) {
      throw new BadInput("media type is not " + MEDIA_TYPE);
    }
    List<Authority> authorities = new ArrayList<>();
    for (Json.Obj authority : json.objects("certificateAuthorities")) {
      authorities.add(
          new Authority(
              Material.chain(authority.object("certChain").objects("certificates")),
              Validity.parse(authority.object("validFor"))));
    }
    return new TrustedRoot(authorities, logs(json, "tlogs"), logs(json, "ctlogs"));
  }

  private static List<Log> logs(Json.Obj json, String name) throws BadInput {
    List<Log> out = new ArrayList<>();
    for (Json.Obj log : json.objects(name)) {
      Json.Obj key = log.object("publicKey");
      if (key.string("keyDetails").startsWith("PKIX_ECDSA_")) {
        EcKey ec = EcKey.fromSpki(key.base64("rawBytes"));
        out.add(new Log(ec, Validity.parse(key.object("validFor"))));
      }
    }
    return out;
  }

  /** The authorities that were trusted at that time. */
  List<Authority> authorities(Instant at) {
    return authorities.stream().filter(a -> a.validity().holds(at)).toList();
  }

  /** The transparency log of that id, if it was trusted at that time. */
  EcKey log(Digest id, Instant at) throws BadInput {
    return find(logs, id, at, "transparency log");
  }

  EcKey certificateLog(Digest id, Instant at) throws BadInput {
    return find(certificateLogs, id, at, "certificate log");
  }

  private static EcKey find(List<Log> logs, Digest id, Instant at, String what) throws BadInput {
    for (Log log : logs) {
      if (log.key().id().equals(id) && log.validity().holds(at)) {
        return log.key();
      }
    }
    throw new BadInput(what + " " + id.brief() + " is not trusted at " + at);
  }

  /** A time in seconds that a document writes as a string. */
  static Instant seconds(String text) throws BadInput {
    try {
      return Instant.ofEpochSecond(Long.parseLong(text));
    } catch (NumberFormatException | DateTimeException e) {
      throw new BadInput("time \"" + Json.clip(text) + "\" is no number of seconds", e);
    }
  }
}
