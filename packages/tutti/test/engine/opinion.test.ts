/** A second opinion that cannot be kept is told all the same. */
import { describe, expect, it } from "vitest";
import { type Actor, FindingId, TuttiError } from "@tutti/protocol";
import { opinionIn } from "../../src/engine/opinion.ts";
import type { Runs } from "../../src/engine/runs.ts";
import { memoryEngine } from "../server/memory-engine.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const finding = FindingId.parse("F1");
const SAID = {
  finding,
  says: "refuted",
  reason: "Line 1 gives 0.",
  agent: "ivy",
  family: "google",
  isForeign: true,
} as const;

async function ask(handle: Runs["handle"]) {
  const engine = memoryEngine();
  const started = await engine.startRun({ path: "/p", text: "task" }, KIM);
  if (started.kind === "rejected") throw new Error(started.message);
  const opinion = opinionIn({ document: engine.document, handle }, { opinion: async () => SAID });
  const { signal } = new AbortController();
  return opinion({ run: started.run, finding, agent: undefined, actor: KIM }, { signal });
}

describe("a second opinion", () => {
  it("is told with the error when the disk is full", async () => {
    const full = new TuttiError("disk.full", "The disk is full.");
    expect(await ask(() => Promise.reject(full))).toEqual({
      ...SAID,
      unkept: { code: "disk.full", message: "The disk is full.", mend: full.mend },
    });
  });

  it("is told with the reason when the run takes no comment", async () => {
    const rejected = { kind: "rejected", code: "run.finished", message: "it has ended" } as const;
    expect(await ask(async () => rejected)).toMatchObject({
      reason: SAID.reason,
      unkept: { code: "run.finished", message: "it has ended" },
    });
  });
});
