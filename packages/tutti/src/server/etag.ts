/** Tags of answers: who has one already is not sent it again, and nobody overwrites what they have not seen. */
import { createHash } from "node:crypto";
import type { Context } from "hono";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A list of tags of a header, or `*`. Weak ones compare like strong ones here. */
const namesTag = (header: string, tag: string): boolean =>
  header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//u, "") === tag);

type Answer = {
  readonly text: string;
  readonly type: string;
  /** Of the bytes that are stored, where the text has one already. */
  readonly hash?: string | undefined;
};

/** The answer with its tag; without a body for who has it. */
export function tagged(context: Context, answer: Answer): Response {
  const etag = `"${answer.hash ?? hashOf(answer.text)}"`;
  const known = context.req.header("if-none-match");
  if (known !== undefined && namesTag(known, etag)) return context.body(null, 304, { etag });
  return context.body(answer.text, 200, {
    etag,
    "content-type": answer.type,
    "cache-control": "private, no-cache",
  });
}

/** Hash that a change is made on; null when the request says nothing, or takes any. */
export function replacedHash(context: Context): string | null {
  const header = context.req.header("if-match")?.trim();
  if (header === undefined || header === "*") return null;
  return header.replace(/^W\//u, "").replaceAll('"', "");
}
