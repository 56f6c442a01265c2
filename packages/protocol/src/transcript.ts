/** One line of a session's transcript. High volume, never a domain event. */
import { z } from "zod";
import { Instant, Sha256 } from "./ids.ts";
import { ImageMedia } from "./image.ts";

export const TranscriptEntry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("prompt"), at: Instant, text: z.string() }),
  z.object({ kind: z.literal("text"), at: Instant, text: z.string() }),
  z.object({ kind: z.literal("thought"), at: Instant, text: z.string() }),
  z.object({
    kind: z.literal("tool"),
    at: Instant,
    id: z.string(),
    title: z.string(),
    status: z.string(),
    detail: z.string(),
  }),
  /** A picture that the agent sent; its bytes are the blob. */
  z.object({
    kind: z.literal("image"),
    at: Instant,
    hash: Sha256,
    media: ImageMedia,
    bytes: z.number().int().positive(),
  }),
  z.object({
    kind: z.literal("plan"),
    at: Instant,
    entries: z.array(z.object({ text: z.string(), status: z.string() })),
  }),
  z.object({
    kind: z.literal("permission"),
    at: Instant,
    id: z.string(),
    title: z.string(),
    answer: z.string().nullable(),
    /** What answered in a person's place; absent when a person did. */
    rule: z.string().optional(),
  }),
  /** What the agent asked as a form, once that is over, and the answer in words. */
  z.object({
    kind: z.literal("question"),
    at: Instant,
    id: z.string(),
    message: z.string(),
    answer: z.string(),
    /** Why Tutti answered in a person's place; absent when a person did. */
    rule: z.string().optional(),
  }),
  z.object({
    kind: z.literal("usage"),
    at: Instant,
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number().nullable(),
  }),
  /** A line of a command that Tutti ran (setup, checks), or of the agent's stderr. */
  z.object({
    kind: z.literal("output"),
    at: Instant,
    stream: z.enum(["stdout", "stderr"]),
    text: z.string(),
  }),
  /** The agent's own session, which a later attempt may go on with. */
  z.object({
    kind: z.literal("opened"),
    at: Instant,
    session: z.string(),
    openedAt: Instant,
    agent: z.string(),
    version: z.string(),
    isContinued: z.boolean(),
  }),
  z.object({ kind: z.literal("note"), at: Instant, text: z.string() }),
  z.object({ kind: z.literal("ended"), at: Instant, reason: z.string() }),
]);
export type TranscriptEntry = z.infer<typeof TranscriptEntry>;

/** Part of a transcript, by position. */
export const TranscriptWindow = z.object({
  /** Position of the first entry. */
  from: z.number().int(),
  /** Entries of the whole transcript. */
  total: z.number().int(),
  entries: z.array(TranscriptEntry),
});
export type TranscriptWindow = z.infer<typeof TranscriptWindow>;
