package dev.sallyport.runtimellama;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import dev.sallyport.core.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The model in llama.cpp. Generations run on platform threads, one per slot, because a native wait
 * would pin the carrier of a virtual thread. Safe for use by many threads.
 *
 * <p>llama.cpp's own log is dropped: at some levels it repeats prompts.
 */
final class Llama {
  private static final int WAITING = 64;
  private static final int CLOSE_SECONDS = 2;

  private final LlamaModel model;
  private final String name;
  private final int context;
  private final ThreadPoolExecutor workers;

  private Llama(LlamaModel model, String name, Options options) {
    this.model = model;
    this.name = name;
    this.context = options.context();
    int slots = options.parallel();
    workers =
        new ThreadPoolExecutor(
            slots,
            slots,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("slot-", 0).daemon().factory());
  }

  /** Loads the native library and the model file. */
  static Llama load(Options options) throws EngineFailed {
    try {
      return new Llama(open(options), nameOf(options.model()), options);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | RuntimeException e) {
      throw new EngineFailed(e);
    }
  }

  private static LlamaModel open(Options options) {
    LlamaModel.setLogger(LogFormat.TEXT, (level, text) -> {});
    ModelParameters parameters =
        new ModelParameters()
            .setModel(options.model().toString())
            .setCtxSize(Math.multiplyExact(options.context(), options.parallel()))
            .setParallel(options.parallel())
            .setThreads(options.threads())
            .setThreadsBatch(options.threads())
            .disableLog()
            .disableContextShift()
            .skipWarmup();
    return new LlamaModel(parameters);
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.gguf$", "");
  }

  /** The name under which clients see the model: its file's, without the ending. */
  String name() {
    return name;
  }

  /** Queues a generation; 503 if too many wait already, 400 if the prompt fills the context. */
  Generation start(Ask ask) throws HttpError {
    String text = text(ask.prompt());
    int promptTokens = model.encode(text).length;
    // One place for the beginning-of-text token, one for the first answer.
    int room = context - promptTokens - 1;
    if (room < 1) {
      throw new HttpError(
          400,
          "context_length_exceeded",
          "prompt: " + promptTokens + " tokens; the context has " + context);
    }
    int limit = Math.min(room, ask.sampling().maxTokens().orElse(room));
    Generation generation = new Generation();
    try {
      workers.execute(
          () -> run(generation, parameters(text, limit, ask.sampling()), promptTokens, limit));
    } catch (RejectedExecutionException e) {
      throw new HttpError(503, "overloaded", new Exception("too many requests wait already", e));
    }
    return generation;
  }

  private String text(Ask.Prompt prompt) throws HttpError {
    return switch (prompt) {
      case Ask.Prompt.Text(String text) -> text;
      case Ask.Prompt.Chat(List<Ask.Message> messages) -> render(messages);
    };
  }

  /** llama.cpp applies the template that it recognises in the file, else ChatML. */
  private String render(List<Ask.Message> messages) throws HttpError {
    List<Json> items = new ArrayList<>();
    for (Ask.Message message : messages) {
      items.add(Json.obj().put("role", message.role()).put("content", message.content()).build());
    }
    try {
      return model.applyTemplate(
          Json.toString(Json.obj().put("messages", Json.arr(items)).build()));
    } catch (RuntimeException e) {
      // LlamaException is hidden in its package.
      throw new HttpError(400, "template", new Exception("messages: the template refuses them", e));
    }
  }

  private static InferenceParameters parameters(String text, int limit, Sampling sampling) {
    // Not cached: what one user's prompt leaves behind must not speed up another's.
    InferenceParameters out =
        new InferenceParameters(text).setNPredict(limit).setCachePrompt(false);
    sampling.temperature().ifPresent(value -> out.setTemperature((float) value));
    sampling.topP().ifPresent(value -> out.setTopP((float) value));
    sampling.frequencyPenalty().ifPresent(value -> out.setFrequencyPenalty((float) value));
    sampling.presencePenalty().ifPresent(value -> out.setPresencePenalty((float) value));
    sampling.seed().ifPresent(out::setSeed);
    if (!sampling.stop().isEmpty()) {
      out.setStopStrings(sampling.stop().toArray(new String[0]));
    }
    return out;
  }

  private void run(
      Generation generation, InferenceParameters parameters, int promptTokens, int limit) {
    try {
      if (!generation.cancelled()) {
        generate(generation, parameters, promptTokens, limit);
      }
    } catch (InterruptedException e) {
      generation.cancel();
      Thread.currentThread().interrupt();
    }
  }

  private void generate(
      Generation generation, InferenceParameters parameters, int promptTokens, int limit)
      throws InterruptedException {
    try {
      LlamaIterator outputs = model.generate(parameters).iterator();
      int tokens = 0;
      while (outputs.hasNext()) {
        LlamaOutput output = outputs.next();
        if (generation.cancelled()) {
          if (outputs.hasNext()) {
            outputs.cancel();
          }
          return;
        }
        // The last output stands for the end, not for a token.
        tokens += outputs.hasNext() ? 1 : 0;
        generation.put(new Generation.Event.Token(output.text));
      }
      String reason = tokens >= limit ? "length" : "stop";
      generation.put(new Generation.Event.Done(reason, new Generation.Usage(promptTokens, tokens)));
    } catch (RuntimeException e) {
      // LlamaException is hidden in its package; its text may repeat the prompt.
      generation.put(new Generation.Event.Failed(e.getClass().getSimpleName()));
    }
  }

  /** Waits briefly for cancelled generations, then frees the model; leaves it if they go on. */
  void close() throws InterruptedException {
    workers.shutdown();
    if (workers.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
      model.close();
    }
  }
}
