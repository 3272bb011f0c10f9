package dev.sallyport.training;

import java.io.IOException;
import java.nio.file.Path;

/** Lays a trained network out as a GGUF file of architecture "llama". */
final class ModelFile {
  /** ChatML, in the words by which llama.cpp and others recognise it. */
  private static final String CHAT_TEMPLATE =
      "{% for message in messages %}"
          + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
          + "{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private static final int MOSTLY_F16 = 1;

  private ModelFile() {}

  /** Writes the file. */
  static void write(Path file, Settings settings, Tokenizer tokenizer, Network network)
      throws IOException {
    Gguf gguf = new Gguf();
    describe(gguf, settings);
    describe(gguf, tokenizer);
    for (String name : network.parameters().keySet()) {
      gguf.tensor(name, network.export(name));
    }
    gguf.write(file);
  }

  private static void describe(Gguf gguf, Settings settings) {
    gguf.put("general.architecture", "llama")
        .put("general.name", "tiny-stories")
        .put("general.license", "apache-2.0")
        .put("general.file_type", MOSTLY_F16)
        .put("llama.vocab_size", settings.vocabulary())
        .put("llama.context_length", Settings.CONTEXT)
        .put("llama.embedding_length", settings.width())
        .put("llama.block_count", settings.layers())
        .put("llama.feed_forward_length", settings.hidden())
        .put("llama.rope.dimension_count", settings.headWidth())
        .put("llama.rope.freq_base", Settings.ROPE_BASE)
        .put("llama.attention.head_count", settings.heads())
        .put("llama.attention.head_count_kv", settings.keyHeads())
        .put("llama.attention.layer_norm_rms_epsilon", Settings.EPSILON);
  }

  private static void describe(Gguf gguf, Tokenizer tokenizer) {
    gguf.put("tokenizer.ggml.model", "llama")
        .put("tokenizer.ggml.pre", "default")
        .put("tokenizer.ggml.tokens", tokenizer.tokens())
        .put("tokenizer.ggml.scores", tokenizer.scores())
        .put("tokenizer.ggml.token_type", tokenizer.types())
        .put("tokenizer.ggml.unknown_token_id", Tokenizer.UNKNOWN)
        .put("tokenizer.ggml.bos_token_id", Tokenizer.BOS)
        .put("tokenizer.ggml.eos_token_id", Tokenizer.EOS)
        .put("tokenizer.ggml.eot_token_id", Tokenizer.TURN_END)
        .put("tokenizer.ggml.add_bos_token", true)
        .put("tokenizer.ggml.add_eos_token", false)
        .put("tokenizer.ggml.add_space_prefix", false)
        .put("tokenizer.chat_template", CHAT_TEMPLATE);
  }
}
