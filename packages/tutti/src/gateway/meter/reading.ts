import { z } from "zod";
import type { Taken } from "../prices.ts";

/** What has been read of one answer so far. */
export type Reading = {
  servedModel: string | null;
  taken: Taken | null;
  /** Something of the dialect was there. */
  isRecognised: boolean;
  /** The answer said that it is over. */
  isComplete: boolean;
  /** It is still being worked on, behind this answer: nobody will say here what it takes. */
  isPending: boolean;
  /** An error that the provider told. */
  error: string | null;
};

export type Reader = (value: unknown, reading: Reading) => void;

/** A count that may be missing. */
export const Count = z.number().int().nonnegative().catch(0);
/** A text that may be missing. */
export const Text = z.string().max(200).nullable().catch(null);

/** The message of an error object; null where there is none. */
export const Failure = z
  .union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)])
  .nullable()
  .catch(null);

/** Counts of a dialect that counts cached input within the rest. */
export const within = (
  input: number,
  { cached, output }: { readonly cached: number; readonly output: number },
): Taken => ({
  inputTokens: Math.max(0, input - cached),
  cachedTokens: Math.min(cached, input),
  outputTokens: output,
  cacheWriteTokens: 0,
});
