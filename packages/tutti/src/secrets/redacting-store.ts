/**
 * The Store port in front of another store: texts that nobody decides on are redacted here, which
 * are transcripts, blobs, audit lines and what models answered with. Events and documents are made of
 * what was redacted before it was decided on (engine/redaction.ts) and pass as they are.
 *
 * A blob is named by the hash of what is stored. Whoever reads a text and stores it redacts it before
 * reading, so that what counts is what is kept.
 */
import { ModelRequest } from "@tutti/protocol";
import type { Redactor } from "../engine/ports/secrets.ts";
import type { Store } from "../engine/ports/store.ts";
import { redactedAs } from "../engine/redaction.ts";
import { redactingTranscript } from "./redacting-transcript.ts";

export function redactingStore(store: Store, redactor: Redactor): Store {
  const { text } = redactor;
  const transcript = redactingTranscript(store.transcript, redactor);
  return {
    ...store,
    commit: (commit) =>
      store.commit({
        ...commit,
        audit: { ...commit.audit, detail: text(commit.audit.detail) },
      }),
    audit: (line) => store.audit({ ...line, detail: text(line.detail) }),
    transcript,
    meter: {
      ...store.meter,
      append: (requests) =>
        store.meter.append(requests.map((request) => redactedAs(ModelRequest, request, text))),
    },
    blobs: {
      put: (bytes) => store.blobs.put(redactBytes(bytes, text)),
      get: (hash) => store.blobs.get(hash),
    },
    close: async () => {
      transcript.flush();
      await store.close();
    },
  };
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are no UTF-8 are read one character a byte, which keeps all others as they are. */
function redactBytes(bytes: Uint8Array, text: Redactor["text"]): Uint8Array {
  const { content, encoding } = decode(bytes);
  const redacted = text(content);
  return redacted === content ? bytes : Buffer.from(redacted, encoding);
}

function decode(bytes: Uint8Array): { content: string; encoding: "utf8" | "latin1" } {
  try {
    return { content: strict.decode(bytes), encoding: "utf8" };
  } catch {
    return { content: Buffer.from(bytes).toString("latin1"), encoding: "latin1" };
  }
}
