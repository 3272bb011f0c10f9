/** An OpenAI-compatible inference server on a Unix socket, for use inside the sandbox. */
package dev.sallyport.runtimellama;
