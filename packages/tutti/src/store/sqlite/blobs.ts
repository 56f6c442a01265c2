/**
 * Blobs lie in the store's own file: prompts, artifacts, patches and proofs are small, a row costs no
 * sync of its own (files would cost three), and one file remains all there is to copy.
 */
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { Sha256, TuttiError } from "@tutti/protocol";
import { z } from "zod";
import { parseRow } from "./rows.ts";

/** Largest blob, in bytes. */
const BLOB_MAX_BYTES = 64 * 1024 * 1024;

const Row = z.object({ bytes: z.instanceof(Uint8Array) });

export type BlobTable = {
  readonly insert: (hash: Sha256, bytes: Uint8Array) => void;
  readonly get: (hash: Sha256) => Uint8Array | null;
};

/** TuttiError `artifact.invalid` for more than BLOB_MAX_BYTES. */
export function hashBlob(bytes: Uint8Array): Sha256 {
  if (bytes.length > BLOB_MAX_BYTES) {
    const message = `${bytes.length} bytes are more than a blob may have (${BLOB_MAX_BYTES})`;
    throw new TuttiError("artifact.invalid", message);
  }
  return Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
}

export function blobTable(database: DatabaseSync): BlobTable {
  const insert = database.prepare(
    "INSERT INTO blobs (hash, bytes) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
  );
  const get = database.prepare("SELECT bytes FROM blobs WHERE hash = ?");
  return {
    insert: (hash, bytes) => {
      insert.run(hash, bytes);
    },
    get: (hash) => {
      const row = get.get(hash);
      if (row === undefined) return null;
      const { bytes } = parseRow(Row, row, `blob ${hash}`);
      if (hashBlob(bytes) === hash) return bytes;
      throw new TuttiError("store.corrupt", `blob ${hash} holds other bytes`, { facts: { hash } });
    },
  };
}
