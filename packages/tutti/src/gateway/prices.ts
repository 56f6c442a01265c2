/**
 * List prices in US dollars per million tokens, for budgets and for what is shown. They are not a
 * bill: batches, priority tiers, long prompts and tools that the provider charges apart are not in
 * them. A model that is not here has no price until the user's configuration gives it one.
 * The newest list that went in is of 2026-10-10.
 */
import type { ModelPrice, ProviderConfig } from "@tutti/protocol";
import { bareModel } from "../domain/model-family.ts";

const TOKENS_PER_PRICE = 1_000_000;

/** Writing to Anthropic's cache for five minutes costs a quarter more, reading a tenth. */
const anthropic = (input: number, output: number, cachedShare = 0.1): ModelPrice => ({
  input,
  output,
  cached: input * cachedShare,
  cacheWrite: input * 1.25,
});

const plain = (input: number, cached: number, output: number): ModelPrice => ({
  input,
  output,
  cached,
});

/** The first that matches the bare name counts, so variants stand before what they are variants of. */
const PRICES: readonly (readonly [RegExp, ModelPrice])[] = [
  [/^claude-opus-5[.-]5/u, anthropic(4, 20, 0.05)],
  [/^claude-opus-(?:5|4[.-][5-9])(?!\d)/u, anthropic(5, 25)],
  [/^claude-opus-4|^claude-3-opus/u, anthropic(15, 75)],
  [/^claude-sonnet-5[.-]5/u, anthropic(2, 10, 0.05)],
  [/^claude-sonnet-5/u, anthropic(2, 10)],
  [/^claude-sonnet-4|^claude-3-[57]-sonnet/u, anthropic(3, 15)],
  [/^claude-haiku-4/u, anthropic(1, 5)],
  [/^claude-3-5-haiku/u, anthropic(0.8, 4)],
  [/^gpt-5\.4-mini/u, plain(0.75, 0.075, 4.5)],
  [/^gpt-5\.4-nano/u, plain(0.2, 0.02, 1.25)],
  [/^gpt-5\.4(?!-)/u, plain(2.5, 0.25, 15)],
  [/^gpt-5\.5(?!-)/u, plain(5, 0.5, 30)],
  [/^gpt-5\.6-sol/u, { input: 4, output: 20, cached: 0.4, cacheWrite: 5 }],
  [/^gpt-5\.[23](?:-codex|-chat.*)?(?:-\d{4}-.*)?$/u, plain(1.75, 0.175, 14)],
  [/^gpt-5(?:\.1)?-mini|^gpt-5\.1-codex-mini/u, plain(0.25, 0.025, 2)],
  [/^gpt-5-nano/u, plain(0.05, 0.005, 0.4)],
  [/^gpt-5(?:\.1)?(?:-codex|-codex-max|-chat.*)?(?:-\d{4}-.*)?$/u, plain(1.25, 0.125, 10)],
  [/^gpt-4\.1-mini/u, plain(0.4, 0.1, 1.6)],
  [/^gpt-4\.1-nano/u, plain(0.1, 0.025, 0.4)],
  [/^gpt-4\.1/u, plain(2, 0.5, 8)],
  [/^gpt-4o-mini(?:-\d{4}-.*)?$/u, plain(0.15, 0.075, 0.6)],
  [/^gpt-4o(?:-\d{4}-.*)?$/u, plain(2.5, 1.25, 10)],
  [/^o3(?:-\d{4}-.*)?$/u, plain(2, 0.5, 8)],
  [/^o[34]-mini/u, plain(1.1, 0.275, 4.4)],
  [/^gemini-3(?:\.1)?-pro/u, plain(2, 0.2, 12)],
  [/^gemini-2\.5-pro/u, plain(1.25, 0.125, 10)],
  [/^gemini-2\.5-flash-lite/u, plain(0.1, 0.01, 0.4)],
  [/^gemini-2\.5-flash/u, plain(0.3, 0.03, 2.5)],
  [/^grok-4(?:-\d+)?$/u, plain(3, 0.75, 15)],
  [/^grok-code-fast/u, plain(0.2, 0.02, 1.5)],
];

/** Tokens of one request; the four do not overlap. */
export type Taken = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
};

export const NOTHING_TAKEN: Taken = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
};

/** Null for a model without a price. */
export function priceOf(
  model: string | null,
  provider: Pick<ProviderConfig, "models" | "keyless">,
): ModelPrice | null {
  if (model === null) return null;
  const { models = {} } = provider;
  const configured = Object.hasOwn(models, model) ? models[model]?.usd : undefined;
  if (configured !== undefined) return configured;
  // Without a key nobody sends a bill, whatever the model calls itself.
  if (provider.keyless === true) return null;
  const { name } = bareModel(model);
  return PRICES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** US dollars. */
export function costOf(taken: Taken, price: ModelPrice): number {
  const { input, output, cached = input, cacheWrite = input } = price;
  const sum =
    taken.inputTokens * input +
    taken.outputTokens * output +
    taken.cachedTokens * cached +
    taken.cacheWriteTokens * cacheWrite;
  return sum / TOKENS_PER_PRICE;
}
