/** Numbers with their units, short enough for a row. */
import type { UsageTotals } from "@tutti/protocol";

/** All that was sent: new to the provider, read from its cache, or written to it. */
export const sentTokens = ({ inputTokens, cachedTokens, cacheWriteTokens }: UsageTotals): number =>
  inputTokens + cachedTokens + cacheWriteTokens;

/** What models took, in a few words: as budgets count it. */
export const takenText = (usage: UsageTotals): string =>
  `${tokensText(sentTokens(usage) + usage.outputTokens)} · ${costText(usage)}`;

/** The cost, and of how many requests it is not known. */
export function costText({ costUsd, requests, unpriced }: UsageTotals): string {
  if (unpriced === 0) return usdText(costUsd);
  return unpriced === requests ? "unpriced" : `${usdText(costUsd)} + ${unpriced} unpriced`;
}

export function usdText(usd: number | null): string {
  if (usd === null) return "no price";
  if (usd === 0) return "$0";
  return usd < 0.01 ? "<$0.01" : `$${usd.toFixed(2)}`;
}

const THOUSAND = 1000;
const MILLION = 1_000_000;

export function tokensText(tokens: number): string {
  if (tokens < THOUSAND) return `${tokens} tokens`;
  if (tokens < MILLION) return `${(tokens / THOUSAND).toFixed(1)}k tokens`;
  return `${(tokens / MILLION).toFixed(2)}M tokens`;
}

const KIB = 1024;

export function bytesText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < KIB * KIB) return `${(bytes / KIB).toFixed(1)} KiB`;
  return `${(bytes / (KIB * KIB)).toFixed(1)} MiB`;
}

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
