package dev.sallyport.keyd;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import dev.sallyport.keys.Envelope;

/** What a sealer brings to be given a key (spec/key-release.md §10); nothing in it is verified. */
record UnsealPapers(Envelope order, Envelope request, LoggedIntent intent) {
  /** The entry that must be in the log before any key is given. */
  static final String INTENDED = "unseal.intended";

  static UnsealPapers parse(Json.Obj json) throws BadInput {
    json.only("op", "order", "request", "checkpoint", "proof", "wrapped", "carry");
    return new UnsealPapers(
        Envelope.parse(json.object("order")),
        Envelope.parse(json.object("request")),
        LoggedIntent.parse(json));
  }

  /** The data of the entry: both statements with their signatures, so that an auditor has them. */
  Json.Obj entryData() {
    return Json.obj().put("order", order.toJson()).put("request", request.toJson()).build();
  }
}
