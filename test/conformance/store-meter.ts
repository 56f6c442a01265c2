/** What every store must do with metered model requests. */
import type { ModelRequest, RunId } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import type { Store } from "../../packages/tutti/src/engine/ports/store.ts";
import { sampleCommit, sampleModelRequest, sampleRunId } from "../fixtures/runs.ts";

const run = sampleRunId(1);
const other = sampleRunId(2);

type Opened = {
  readonly store: () => Store;
  readonly reopen: () => Promise<void>;
};

const idsOf = (store: Store, of: RunId): string[] =>
  store.meter.requests(of, { limit: 100 }).items.map(({ id }) => id);

const numbered = (numbers: readonly number[], change: Partial<ModelRequest> = {}): ModelRequest[] =>
  numbers.map((number) => ({ ...sampleModelRequest(run, number), ...change }));

export function testMeter({ store, reopen }: Opened): void {
  describe("meter", () => {
    it("gives back what was appended, oldest first, also after a reopen", async () => {
      const nothing = {
        requestedModel: null,
        servedModel: null,
        family: null,
        costUsd: null,
        isMetered: false,
        outcome: "unreachable",
        status: null,
        error: "connection refused",
        firstByteMs: null,
      } as const;
      const requests = [...numbered([1, 2]), ...numbered([3], nothing)];
      await store().meter.append(requests);
      await store().meter.append([sampleModelRequest(other, 4)]);
      await reopen();
      expect(store().meter.requests(run, { limit: 10 })).toEqual({ items: requests, next: null });
      expect(store().meter.requests(sampleRunId(9), { limit: 10 }).items).toEqual([]);
    });

    it("gives pages that neither repeat nor skip, and refuses a cursor it did not give", async () => {
      await store().meter.append(numbered([1, 2, 3, 4, 5]));
      const seen: string[] = [];
      let cursor: string | null = "0";
      while (cursor !== null) {
        const page = store().meter.requests(run, { cursor, limit: 2 });
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      }
      expect(seen).toEqual(numbered([1, 2, 3, 4, 5]).map(({ id }) => id));
      expect(() => store().meter.requests(run, { cursor: "1 OR 1", limit: 2 })).toThrow("cursor");
    });

    it("keeps a request once, however often a batch comes", async () => {
      await store().meter.append(numbered([1, 2]));
      await store().meter.append(numbered([2, 3]));
      expect(idsOf(store(), run)).toEqual(numbered([1, 2, 3]).map(({ id }) => id));
    });

    it("sums everything under one key, and nothing to noughts", async () => {
      expect(store().meter.totals({})).toEqual([
        {
          key: "",
          totals: {
            requests: 0,
            errors: 0,
            inputTokens: 0,
            outputTokens: 0,
            cachedTokens: 0,
            cacheWriteTokens: 0,
            costUsd: 0,
            unpriced: 0,
            totalMs: 0,
            firstByteMs: null,
          },
        },
      ]);
      await store().meter.append([
        ...numbered([1, 2]),
        ...numbered([3], { costUsd: null, outcome: "refused", firstByteMs: null }),
        ...numbered([4], { outcome: "cancelled", firstByteMs: 400 }),
      ]);
      expect(store().meter.totals({})).toEqual([
        {
          key: "",
          totals: {
            requests: 4,
            errors: 1,
            inputTokens: 400,
            outputTokens: 80,
            cachedTokens: 1_200,
            cacheWriteTokens: 40,
            costUsd: 0.375,
            unpriced: 1,
            totalMs: 4_000,
            firstByteMs: 300,
          },
        },
      ]);
    });

    it("sums by run, by time and by every key, in the order of first requests", async () => {
      const caller = { ...sampleModelRequest(run, 1).caller, agent: "rival", attempt: 2 };
      await store().meter.append([
        ...numbered([1]),
        ...numbered([2], { caller, provider: "openai", servedModel: "gpt-9", family: "openai" }),
        ...numbered([3], { servedModel: null, family: null }),
        sampleModelRequest(other, 4),
      ]);
      const keys = (query: Parameters<Store["meter"]["totals"]>[0]): [string, number][] =>
        store()
          .meter.totals(query)
          .map(({ key, totals }) => [key, totals.requests]);
      expect(keys({ run })).toEqual([["", 3]]);
      expect(keys({ run, since: sampleModelRequest(run, 2).at })).toEqual([["", 2]]);
      expect(keys({ by: "step" })).toEqual([["build", 4]]);
      expect(keys({ by: "attempt" })).toEqual([
        ["build.1", 3],
        ["build.2", 1],
      ]);
      expect(keys({ by: "agent" })).toEqual([
        ["alto", 3],
        ["rival", 1],
      ]);
      expect(keys({ run, by: "family" })).toEqual([
        ["anthropic", 1],
        ["openai", 1],
        ["", 1],
      ]);
      expect(keys({ run, by: "model" })).toEqual([
        ["claude-served", 1],
        ["gpt-9", 1],
        ["claude-asked", 1],
      ]);
      expect(keys({ by: "provider" })).toEqual([
        ["anthropic", 3],
        ["openai", 1],
      ]);
    });

    it("joins the group of a commit without hurting it", async () => {
      const answers = await Promise.all([
        store().commit(sampleCommit(run, 0)),
        store().meter.append(numbered([1])),
        store().commit(sampleCommit(other, 0)),
      ]);
      expect(answers[0].kind).toBe("committed");
      expect(answers[2].kind).toBe("committed");
      expect(idsOf(store(), run)).toHaveLength(1);
    });
  });
}
