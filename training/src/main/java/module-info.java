import org.jspecify.annotations.NullMarked;

/** The seeded trainer of the tiny test model: corpus, tokenizer, network, GGUF writer. */
@NullMarked
module dev.sallyport.training {
  requires static org.jspecify;
  requires ai.djl.api;
}
