package dev.sallyport.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;

/**
 * A Llama network (Touvron et al. 2023): RMSNorm, rotary positions, grouped-query attention,
 * SwiGLU, input and output embedding tied. Parameters carry the tensor names of GGUF and are stored
 * (in, out), that is transposed against the file. Not for use by two threads.
 */
final class Network {
  private static final float MASKED = -1e9f;

  private final Settings settings;
  private final SequencedMap<String, NDArray> parameters = new LinkedHashMap<>();
  private final Rotary rotary;
  private final NDArray mask;

  /** Creates the parameters in {@code manager}, drawn from the seed. */
  Network(NDManager manager, Settings settings) {
    this.settings = settings;
    rotary = new Rotary(manager, settings.sequence(), settings.headWidth());
    mask = manager.create(causal(settings.sequence()), square(settings.sequence()));
    Random random = new Random(settings.seed());
    int width = settings.width();
    matrix(manager, random, "token_embd.weight", settings.vocabulary(), width, 0.05);
    for (int layer = 0; layer < settings.layers(); layer++) {
      layer(manager, random, "blk." + layer + ".");
    }
    vector(manager, "output_norm.weight", width);
  }

  private void layer(NDManager manager, Random random, String at) {
    int width = settings.width();
    int keys = settings.keyHeads() * settings.headWidth();
    double deviation = 1 / Math.sqrt(width);
    double residual = deviation / Math.sqrt(2.0 * settings.layers());
    vector(manager, at + "attn_norm.weight", width);
    matrix(manager, random, at + "attn_q.weight", width, width, deviation);
    matrix(manager, random, at + "attn_k.weight", width, keys, deviation);
    matrix(manager, random, at + "attn_v.weight", width, keys, deviation);
    matrix(manager, random, at + "attn_output.weight", width, width, residual);
    vector(manager, at + "ffn_norm.weight", width);
    matrix(manager, random, at + "ffn_gate.weight", width, settings.hidden(), deviation);
    matrix(manager, random, at + "ffn_up.weight", width, settings.hidden(), deviation);
    matrix(manager, random, at + "ffn_down.weight", settings.hidden(), width, residual);
  }

  private void matrix(
      NDManager manager, Random random, String name, int rows, int columns, double deviation) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    parameter(name, manager.create(values, new Shape(rows, columns)));
  }

  private void vector(NDManager manager, String name, int size) {
    parameter(name, manager.ones(new Shape(size)));
  }

  private void parameter(String name, NDArray value) {
    value.setRequiresGradient(true);
    parameters.put(name, value);
  }

  /** The parameters by GGUF tensor name. */
  SequencedMap<String, NDArray> parameters() {
    return parameters;
  }

  /**
   * The mean cross-entropy, in nats per token, of predicting {@code targets}; both arrays are int64
   * of shape (batch, sequence). Every intermediate result belongs to the manager of {@code inputs}.
   */
  NDArray loss(NDArray inputs, NDArray targets) {
    long tokens = inputs.size();
    NDArray embedding = of("token_embd.weight");
    NDArray x = inputs.oneHot(settings.vocabulary(), DataType.FLOAT32).matMul(embedding);
    for (int layer = 0; layer < settings.layers(); layer++) {
      String at = "blk." + layer + ".";
      x = x.add(attention(norm(x, at + "attn_norm.weight"), at));
      x = x.add(feedForward(norm(x, at + "ffn_norm.weight"), at));
    }
    NDArray output = embedding.transpose();
    output.attach(inputs.getManager());
    NDArray logits = norm(x, "output_norm.weight").reshape(tokens, settings.width()).matMul(output);
    return logits.logSoftmax(1).gather(targets.reshape(tokens, 1), 1).mean().neg();
  }

  private NDArray attention(NDArray x, String at) {
    NDArray queries = rotary.apply(heads(x.matMul(of(at + "attn_q.weight")), settings.heads()));
    NDArray keys = rotary.apply(heads(x.matMul(of(at + "attn_k.weight")), settings.keyHeads()));
    NDArray values = heads(x.matMul(of(at + "attn_v.weight")), settings.keyHeads());
    NDArray scores = queries.matMul(shared(keys).swapAxes(2, 3));
    NDArray weights = scores.div(Math.sqrt(settings.headWidth())).add(mask).softmax(3);
    NDArray mixed = weights.matMul(shared(values)).swapAxes(1, 2);
    return mixed.reshape(x.getShape()).matMul(of(at + "attn_output.weight"));
  }

  /** (batch, sequence, heads · headWidth) to (batch, heads, sequence, headWidth). */
  private NDArray heads(NDArray x, int heads) {
    Shape shape = x.getShape();
    return x.reshape(shape.get(0), shape.get(1), heads, settings.headWidth()).swapAxes(1, 2);
  }

  /** Repeats each key head for the query heads that share it, neighbours together. */
  private NDArray shared(NDArray x) {
    return x.repeat(1, settings.heads() / settings.keyHeads());
  }

  private NDArray feedForward(NDArray x, String at) {
    NDArray gate = x.matMul(of(at + "ffn_gate.weight"));
    // Not by exp: its overflow is harmless forwards, but not a number in the gradient.
    NDArray swish = gate.mul(Activation.sigmoid(gate));
    return swish.mul(x.matMul(of(at + "ffn_up.weight"))).matMul(of(at + "ffn_down.weight"));
  }

  private NDArray norm(NDArray x, String weight) {
    NDArray scale = x.square().mean(new int[] {2}, true).add(Settings.EPSILON).sqrt();
    return x.div(scale).mul(of(weight));
  }

  private NDArray of(String name) {
    NDArray value = parameters.get(name);
    if (value == null) {
      throw new IllegalStateException("internal error: no parameter " + name);
    }
    return value;
  }

  /** The tensor as the file wants it: (out, in) for matrices; the embedding is so already. */
  Gguf.Tensor export(String name) {
    NDArray value = of(name);
    if (value.getShape().dimension() == 1) {
      return new Gguf.Tensor(List.of((int) value.size()), value.toFloatArray());
    }
    boolean embedding = name.equals("token_embd.weight");
    try (NDArray rows = embedding ? value.duplicate() : value.transpose().duplicate()) {
      Shape shape = rows.getShape();
      return new Gguf.Tensor(List.of((int) shape.get(0), (int) shape.get(1)), rows.toFloatArray());
    }
  }

  private static float[] causal(int length) {
    float[] out = new float[length * length];
    for (int i = 0; i < out.length; i++) {
      out[i] = i % length > i / length ? MASKED : 0;
    }
    return out;
  }

  private static Shape square(int side) {
    return new Shape(side, side);
  }
}
