// Verifies a model signature by the Sigstore project's own implementation, offline, with a public
// key. Usage: node verify.mjs BUNDLE PUBLIC_KEY_PEM. Exit status: 0 verified, 1 refused.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { bundleFromJSON } from "@sigstore/bundle";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";

const [bundleFile, keyFile] = process.argv.slice(2);
if (!bundleFile || !keyFile) {
  console.error("usage: node verify.mjs BUNDLE PUBLIC_KEY_PEM");
  process.exit(2);
}

// Nothing but the key is trusted: no log, no authority, no time.
const root = { tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] };
const publicKey = createPublicKey(readFileSync(keyFile));
const trust = toTrustMaterial(root, () => ({ publicKey, validFor: () => true }));
const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });

try {
  const bundle = bundleFromJSON(JSON.parse(readFileSync(bundleFile, "utf8")));
  verifier.verify(toSignedEntity(bundle));
  const statement = JSON.parse(bundle.content.dsseEnvelope.payload.toString("utf8"));
  console.log(`verified ${statement.predicate.resources.length} resources`);
} catch (e) {
  console.log(`refused: ${e.code ?? e.name}`);
  process.exit(1);
}
