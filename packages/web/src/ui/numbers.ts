/** Numbers with their units, short enough for a row. */
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
