package dev.sallyport.gateway;

import dev.sallyport.core.Json;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sends each whole request where it belongs: answered here, refused, or on to a runtime. */
final class Desk {
  private Desk() {}

  /** The exchange that answers the request, if a runtime is to; its owner starts it. */
  static Optional<Exchange> serve(Services services, Inbound request, Reply reply) {
    if (request.refusal().isPresent()) {
      refuse(services, request, reply);
      return Optional.empty();
    }
    return switch (request.route()) {
      case HEALTH -> {
        reply.json(200, ByteBuffer.wrap(Json.obj().put("status", "ok").build().canonical()));
        yield Optional.empty();
      }
      case MODELS -> {
        reply.json(200, ByteBuffer.wrap(models(services, request.caller())));
        yield Optional.empty();
      }
      case CHAT, COMPLETIONS -> exchange(services, request, reply);
    };
  }

  /** Answers with the request's refusal, once it is in the log or counted for it. */
  static void refuse(Services services, Inbound request, Reply reply) {
    Refusal refusal =
        request
            .refusal()
            .orElseThrow(() -> new IllegalStateException("internal error: nothing to refuse"));
    refuse(services, request, reply, "", refusal);
  }

  private static Optional<Exchange> exchange(Services services, Inbound request, Reply reply) {
    String model = "";
    try {
      Prompt prompt = Prompt.parse(request.body());
      if (!(services.directory().model(prompt.model()) instanceof ModelState.Unknown)) {
        model = prompt.model();
      }
      Admission admission = Admission.decide(services, request.caller(), request.route(), prompt);
      reply.rate(admission.rate());
      return Optional.of(new Exchange(services, admission, request.route(), reply));
    } catch (Refused e) {
      refuse(services, request, reply, model, e.refusal());
      return Optional.empty();
    }
  }

  private static void refuse(
      Services services, Inbound request, Reply reply, String model, Refusal refusal) {
    if (request.principal().isEmpty()) {
      services.refusals().anonymous(refusal);
      reply.refuse(refusal);
      return;
    }
    services
        .refusals()
        .record(request.id(), request.caller().name(), model, refusal)
        .whenCompleteAsync(
            (nothing, failure) ->
                reply.refuse(failure == null ? refusal : Refusal.logUnavailable()),
            reply.loop());
  }

  private static byte[] models(Services services, Principal principal) {
    List<Json> data = new ArrayList<>();
    for (String name : services.directory().models(principal)) {
      data.add(
          Json.obj()
              .put("id", name)
              .put("object", "model")
              .put("created", 0)
              .put("owned_by", "sallyport")
              .build());
    }
    return Json.obj().put("object", "list").put("data", Json.arr(data)).build().canonical();
  }
}
