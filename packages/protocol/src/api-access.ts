/** Who may use the interface: sessions of browsers, tokens of programs, links. */
import { z } from "zod";
import { Instant } from "./ids.ts";

export const TOKEN_DAYS_MAX = 90;
const TOKEN_DAYS_USUAL = 30;

export const ExchangeCode = z.strictObject({ code: z.string().min(1).max(200) });
export type ExchangeCode = z.infer<typeof ExchangeCode>;

export const SessionFacts = z.object({
  user: z.string(),
  version: z.string(),
  /** `socket`: the daemon's own, which only this user can reach. */
  via: z.enum(["session", "token", "socket"]),
  expiresAt: Instant.nullable(),
});
export type SessionFacts = z.infer<typeof SessionFacts>;

export const CreateToken = z.strictObject({
  /** What it is for. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{C}]*$/u, "one line of text"),
  days: z.number().int().min(1).max(TOKEN_DAYS_MAX).default(TOKEN_DAYS_USUAL),
});
export type CreateToken = z.input<typeof CreateToken>;

export const TokenView = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  usedAt: Instant.nullable(),
});
export type TokenView = z.infer<typeof TokenView>;

/** Told once. */
export const TokenCreated = TokenView.extend({ token: z.string() });
export type TokenCreated = z.infer<typeof TokenCreated>;

/**
 * `port`: null while nobody has asked for a link. `lost`: where it was before the daemon was started again, and
 * another program is now.
 */
export const WebState = z.object({
  port: z.number().int().nullable(),
  lost: z.number().int().nullable().optional(),
});
export type WebState = z.infer<typeof WebState>;

/** An address that signs one browser in, once. */
export const WebLink = z.object({ url: z.string(), port: z.number().int(), expiresAt: Instant });
export type WebLink = z.infer<typeof WebLink>;
