// Signs a model by the Sigstore project's own implementation, offline, with a private key; the
// statement is put together here, after the OpenSSF Model Signing specification v1.0, and shares
// no code with what the end-to-end tests test.
// Usage: node sign.mjs DIRECTORY PRIVATE_KEY_PEM BUNDLE [CERTIFICATE_PEM]
import { createHash, createPrivateKey, createPublicKey, createSign } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder } from "@sigstore/sign";

const [directory, keyFile, bundleFile, certificateFile] = process.argv.slice(2);
if (!bundleFile) {
  console.error("usage: node sign.mjs DIRECTORY PRIVATE_KEY_PEM BUNDLE [CERTIFICATE_PEM]");
  process.exit(2);
}

const sha256 = (bytes) => createHash("sha256").update(bytes);
const files = readdirSync(directory, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1));
const resources = files
  .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  .map((name) => ({
    name,
    algorithm: "sha256",
    digest: sha256(readFileSync(join(directory, name))).digest("hex"),
  }));
const root = createHash("sha256");
resources.forEach((resource) => root.update(Buffer.from(resource.digest, "hex")));
const statement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [{ name: "model", digest: { sha256: root.digest("hex") } }],
  predicateType: "https://model_signing/signature/v1.0",
  predicate: {
    resources,
    serialization: {
      method: "files",
      hash_type: "sha256",
      allow_symlinks: false,
      ignore_paths: [".git", ".gitattributes", ".github", ".gitignore"],
    },
  },
};

const privateKey = createPrivateKey(readFileSync(keyFile));
const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
const signer = {
  sign: async (data) => ({
    signature: createSign("sha256").update(data).sign(privateKey),
    key: certificateFile
      ? { $case: "x509Certificate", certificate: readFileSync(certificateFile, "utf8") }
      : { $case: "publicKey", publicKey, hint: sha256(publicKey).digest("hex") },
  }),
};
const builder = new DSSEBundleBuilder({ signer, witnesses: [] });
const bundle = await builder.create({
  data: Buffer.from(JSON.stringify(statement)),
  type: "application/vnd.in-toto+json",
});
writeFileSync(bundleFile, JSON.stringify(bundleToJSON(bundle)));
