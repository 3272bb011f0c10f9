// Serves one GGUF model on a Unix socket with the OpenAI API: node server.mjs MODEL SOCKET
// It opens no network port, loads nothing at run time, and never logs a prompt.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { readdirSync, rmSync, statSync } from "node:fs";

// A sandbox has no user database; node-llama-cpp wants a home directory, though it stores nothing there.
process.env.HOME ??= "/tmp";
const { getLlama, LlamaChat, LlamaCompletion, LlamaLogLevel } = await import("node-llama-cpp");

const MAX_BODY = 4 * 1024 * 1024;
const MAX_WAITING = 64;
const PARALLEL = 2;
const CONTEXT = 2048;
const UNSUPPORTED = ["logprobs", "top_logprobs", "tools", "functions", "logit_bias", "echo", "suffix"];

class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const invalid = (message) => new Refused(400, "invalid_value", message);

/** Hands out the context's sequences; at most MAX_WAITING requests wait, and only while wanted. */
class Sequences {
  #free = [];
  #waiting = [];

  constructor(context) {
    for (let i = 0; i < PARALLEL; i++) this.#free.push(context.getSequence());
  }

  async take(signal) {
    if (this.#free.length > 0) return this.#free.pop();
    if (this.#waiting.length >= MAX_WAITING) {
      throw new Refused(503, "overloaded", "too many requests wait already");
    }
    return new Promise((resolve, reject) => {
      const entry = { resolve };
      this.#waiting.push(entry);
      signal.addEventListener("abort", () => {
        const at = this.#waiting.indexOf(entry);
        if (at >= 0) {
          this.#waiting.splice(at, 1);
          reject(new Refused(499, "gone", "the client left"));
        }
      });
    });
  }

  /** What one user's prompt leaves behind must not reach the next. */
  async give(sequence) {
    await sequence.clearHistory();
    const next = this.#waiting.shift();
    if (next) next.resolve(sequence);
    else this.#free.push(sequence);
  }
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY) throw new Refused(413, "body_too_long", `body: more than ${MAX_BODY} bytes`);
    parts.push(part);
  }
  let body;
  try {
    body = JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw invalid("body: not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("body: not an object");
  return body;
}

function number(body, name, low, high, whole) {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || value < low || value > high || (whole && !Number.isInteger(value))) {
    throw invalid(`${name}: not ${whole ? "an integer" : "a number"} from ${low} to ${high}`);
  }
  return value;
}

function stops(body) {
  const stop = body.stop ?? [];
  const list = typeof stop === "string" ? [stop] : stop;
  if (!Array.isArray(list) || list.length > 4 || list.some((s) => typeof s !== "string" || s === "" || s.length > 256)) {
    throw invalid("stop: at most 4 texts of 1 to 256 characters");
  }
  return list;
}

/** The sampling options of a request in the words of node-llama-cpp. */
function sampling(body, defaultTokens) {
  for (const name of UNSUPPORTED) {
    const value = body[name] ?? false;
    if (value !== false && !(Array.isArray(value) && value.length === 0)) {
      throw new Refused(400, "unsupported", `${name}: not supported by this runtime`);
    }
  }
  if ((number(body, "n", 1, 128, true) ?? 1) !== 1) throw new Refused(400, "unsupported", "n: only 1 is supported");
  return {
    maxTokens:
      number(body, "max_completion_tokens", 1, 2 ** 31, true) ?? number(body, "max_tokens", 1, 2 ** 31, true) ?? defaultTokens,
    temperature: number(body, "temperature", 0, 2) ?? 1,
    topP: number(body, "top_p", 0, 1) ?? 1,
    seed: number(body, "seed", -(2 ** 53), 2 ** 53, true),
    customStopTriggers: stops(body),
  };
}

function textOf(content) {
  if (typeof content === "string") return content;
  if (Array.isArray(content) && content.every((part) => part?.type === "text" && typeof part.text === "string")) {
    return content.map((part) => part.text).join("");
  }
  throw invalid("content: not a string or text parts");
}

/** The messages as a history that ends with the answer to be written. */
function history(body) {
  if (!Array.isArray(body.messages) || body.messages.length === 0) throw invalid("messages: not a list with members");
  const items = body.messages.map((message) => {
    const text = textOf(message?.content);
    switch (message.role) {
      case "system":
      case "developer":
        return { type: "system", text };
      case "user":
        return { type: "user", text };
      case "assistant":
        return { type: "model", response: [text] };
      default:
        throw invalid("role: known are system, developer, user, assistant");
    }
  });
  return [...items, { type: "model", response: [] }];
}

const promptOf = (body) => {
  const prompt = Array.isArray(body.prompt) && body.prompt.length === 1 ? body.prompt[0] : body.prompt;
  if (typeof prompt !== "string") throw new Refused(400, "unsupported", "prompt: one string is supported");
  return prompt;
};

/** One answer: writes tokens through `say` and returns its end. */
async function generate(engine, chat, body, signal, say) {
  const options = sampling(body, chat ? undefined : 16);
  const input = chat ? history(body) : promptOf(body);
  const sequence = await engine.sequences.take(signal);
  const before = sequence.tokenMeter.getState();
  let completionTokens = 0;
  const all = {
    ...options,
    signal,
    stopOnAbortSignal: true,
    onToken: (tokens) => (completionTokens += tokens.length),
    onTextChunk: say,
  };
  try {
    const result = chat
      ? await new LlamaChat({ contextSequence: sequence }).generateResponse(input, all)
      : await new LlamaCompletion({ contextSequence: sequence }).generateCompletionWithMeta(input, all);
    const used = sequence.tokenMeter.diff(before);
    return {
      reason: result.metadata.stopReason === "maxTokens" ? "length" : "stop",
      usage: {
        prompt_tokens: Math.max(0, used.usedInputTokens),
        completion_tokens: completionTokens,
        total_tokens: Math.max(0, used.usedInputTokens) + completionTokens,
      },
    };
  } finally {
    await engine.sequences.give(sequence);
  }
}

function replies(chat, model) {
  const envelope = { id: `${chat ? "chatcmpl" : "cmpl"}-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
  const kind = chat ? "chat.completion" : "text_completion";
  const choice = (content, reason) => ({ index: 0, ...content, logprobs: null, finish_reason: reason });
  const chunk = (content, reason) => ({
    ...envelope,
    object: chat ? "chat.completion.chunk" : kind,
    choices: [choice(content, reason)],
  });
  return {
    whole: (text, end) => ({
      ...envelope,
      object: kind,
      choices: [choice(chat ? { message: { role: "assistant", content: text } } : { text }, end.reason)],
      usage: end.usage,
    }),
    opening: () => chunk({ delta: { role: "assistant", content: "" } }, null),
    token: (text) => chunk(chat ? { delta: { content: text } } : { text }, null),
    closing: (reason) => chunk(chat ? { delta: {} } : { text: "" }, reason),
    counts: (usage) => ({ ...chunk({}, null), choices: [], usage }),
  };
}

async function complete(engine, chat, request, response) {
  const body = await bodyOf(request);
  const leaving = new AbortController();
  response.on("close", () => leaving.abort());
  const reply = replies(chat, engine.name);
  if (body.stream !== true) {
    let text = "";
    const end = await generate(engine, chat, body, leaving.signal, (part) => (text += part));
    return json(response, 200, reply.whole(text, end));
  }
  const event = (data) => {
    if (!response.headersSent) {
      response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" });
      if (chat) response.write(`data: ${JSON.stringify(reply.opening())}\n\n`);
    }
    // A client that lets megabytes pile up is treated as gone.
    if (response.writableLength > MAX_BODY) response.destroy();
    else response.write(`data: ${data}\n\n`);
  };
  const end = await generate(engine, chat, body, leaving.signal, (part) => {
    if (part !== "") event(JSON.stringify(reply.token(part)));
  });
  event(JSON.stringify(reply.closing(end.reason)));
  if (body.stream_options?.include_usage === true) event(JSON.stringify(reply.counts(end.usage)));
  event("[DONE]");
  response.end();
}

function json(response, status, body) {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": bytes.length });
  response.end(bytes);
}

async function answer(engine, request, response) {
  const route = `${request.method} ${request.url.split("?")[0]}`;
  switch (route) {
    case "GET /health":
      return json(response, 200, { status: "ok" });
    case "GET /v1/models":
      return json(response, 200, { object: "list", data: [{ id: engine.name, object: "model", created: 0, owned_by: "sallyport" }] });
    case "POST /v1/chat/completions":
      return complete(engine, true, request, response);
    case "POST /v1/completions":
      return complete(engine, false, request, response);
    default:
      throw new Refused(404, "not_found", "path or method: unknown");
  }
}

function fail(error, response) {
  // The client left, which is what aborted the generation.
  if (response.destroyed) return;
  const refused = error instanceof Refused;
  if (!refused) console.error(`event=request-failed cause=${error?.constructor?.name}`);
  if (response.headersSent) return response.destroy();
  const status = refused ? error.status : 500;
  const message = refused ? error.message : "the engine failed";
  json(response, status, {
    error: { message, type: status < 500 ? "invalid_request_error" : "server_error", param: null, code: refused ? error.code : "engine" },
  });
}

/** The model file itself, or the only .gguf file of a directory. */
function modelFile(given) {
  if (!statSync(given).isDirectory()) return given;
  const files = readdirSync(given).filter((name) => name.endsWith(".gguf"));
  if (files.length !== 1) {
    console.error(`the model directory has ${files.length} .gguf files; one is needed`);
    process.exit(1);
  }
  return join(given, files[0]);
}

const [given, socket] = process.argv.slice(2);
if (!given || !socket) {
  console.error("usage: node server.mjs MODEL SOCKET");
  process.exit(2);
}
const modelPath = modelFile(given);
// Without /proc the library cannot count processors. Half of them: llama.cpp's threads wait for each other
// by spinning, and one that has to share its core holds up all.
const threads = Math.max(1, Math.floor(availableParallelism() / 2));
const llama = await getLlama({
  gpu: false,
  maxThreads: threads,
  build: "never",
  skipDownload: true,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const contextSize = Math.min(CONTEXT, model.trainContextSize ?? CONTEXT);
const context = await model.createContext({ contextSize, sequences: PARALLEL, threads });
const engine = { name: basename(modelPath).replace(/\.gguf$/, ""), sequences: new Sequences(context) };

const server = createServer((request, response) => {
  answer(engine, request, response).catch((error) => fail(error, response));
});
server.maxConnections = 128;
server.requestTimeout = 30_000;
rmSync(socket, { force: true });
server.listen(socket, () => console.error(`event=ready parallel=${PARALLEL} ctx=${contextSize}`));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2_000);
});
