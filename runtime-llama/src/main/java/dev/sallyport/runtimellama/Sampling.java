package dev.sallyport.runtimellama;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How to continue a prompt. What is empty is left to llama.cpp's default.
 *
 * @param maxTokens tokens to generate at most; empty means until the context is full
 * @param stop texts before which generation ends
 */
record Sampling(
    OptionalInt maxTokens,
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalDouble frequencyPenalty,
    OptionalDouble presencePenalty,
    OptionalInt seed,
    List<String> stop) {
  Sampling {
    stop = List.copyOf(stop);
  }
}
