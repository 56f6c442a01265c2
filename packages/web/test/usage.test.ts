import type { UsageTotals } from "@tutti/protocol";
import { expect, it } from "vitest";
import { costText, takenText } from "../src/ui/numbers.ts";

const TOTALS: UsageTotals = {
  requests: 3,
  errors: 0,
  inputTokens: 1000,
  outputTokens: 200,
  cachedTokens: 30_000,
  cacheWriteTokens: 800,
  costUsd: 1.25,
  unpriced: 0,
  totalMs: 5000,
  firstByteMs: 900,
};

it("what models took counts every token, from a cache or not, as budgets do", () => {
  expect(takenText(TOTALS)).toBe("32.0k tokens · $1.25");
});

it("a cost says of how many requests it is not known", () => {
  expect(costText({ ...TOTALS, unpriced: 1 })).toBe("$1.25 + 1 unpriced");
  expect(costText({ ...TOTALS, costUsd: 0, unpriced: 3 })).toBe("unpriced");
  expect(costText({ ...TOTALS, costUsd: 0, requests: 0 })).toBe("$0");
});
