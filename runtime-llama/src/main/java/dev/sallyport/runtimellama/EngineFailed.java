package dev.sallyport.runtimellama;

/** llama.cpp could not load the model. The message is its own and carries no prompt. */
final class EngineFailed extends Exception {
  private static final long serialVersionUID = 1L;

  EngineFailed(Throwable cause) {
    super("the model cannot be loaded: " + cause.getMessage(), cause);
  }
}
