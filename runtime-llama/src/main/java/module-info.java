import org.jspecify.annotations.NullMarked;

/** Main: an OpenAI-compatible inference server on a Unix socket, for use inside the sandbox. */
@NullMarked
module dev.sallyport.runtimellama {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires llama;
}
