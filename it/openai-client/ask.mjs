// Asks a gateway through OpenAI's own client, whole and streamed, and checks what it refuses.
// Usage: NODE_EXTRA_CA_CERTS=gateway.crt SALLYPORT_API_KEY=… node ask.mjs https://host:port/v1 MODEL
// The key comes by environment: a command line is visible to every user of the machine.
import assert from "node:assert/strict";
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const apiKey = process.env.SALLYPORT_API_KEY;
if (!baseURL || !model || !apiKey) {
  console.error("usage: SALLYPORT_API_KEY=… node ask.mjs BASE_URL MODEL");
  process.exit(2);
}

const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 120_000 });
const question = { model, max_tokens: 8, messages: [{ role: "user", content: "Say hello." }] };

const models = await client.models.list();
assert.ok(models.data.some((m) => m.id === model), "the model is listed");

const whole = await client.chat.completions.create(question);
assert.equal(typeof whole.choices[0].message.content, "string");
assert.equal(whole.model, model);
assert.ok(whole.usage.total_tokens > 0, "usage is reported");

let chunks = 0;
let usage = null;
const stream = await client.chat.completions.create({
  ...question,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  chunks += chunk.choices.length;
  usage = chunk.usage ?? usage;
}
assert.ok(chunks > 0, "the stream has chunks");
assert.ok(usage.total_tokens > 0, "the stream ends with usage");

const stranger = new OpenAI({ baseURL, apiKey: "sk-sp-unknown", maxRetries: 0 });
await assert.rejects(stranger.models.list(), (e) => e.status === 401 && e.code === "invalid_api_key");
await assert.rejects(
  client.chat.completions.create({ ...question, model: "no-such-model" }),
  (e) => e.status === 404 && e.code === "model_not_found",
);
console.log(`openai-client: whole and ${chunks} chunks`);
