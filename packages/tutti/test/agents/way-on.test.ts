import { expect, test } from "vitest";
import { wayOn } from "../../src/agents/acp/conversation.ts";
import { catalog, catalogEntry } from "../../src/agents/catalog/catalog.ts";
import type { CatalogEntry } from "../../src/agents/catalog/entry.ts";

const AT = 1_700_000_000_000;
const both = { canLoad: true, canResume: true };

const wayOf = (
  id: string | null,
  capabilities: { canLoad: boolean; canResume: boolean },
  ageMs = 3_600_000,
) => {
  const entry: CatalogEntry | null = id === null ? null : (catalogEntry(id) ?? null);
  const way = wayOn({ id: "s", openedAt: AT }, { capabilities, entry, now: AT + ageMs });
  return way.kind === "new" ? way.because : way.method;
};

test("an agent that can do both resumes: nothing is replayed then", () => {
  expect(wayOf(null, both)).toBe("session/resume");
  expect(wayOf("claude-code", both)).toBe("session/resume");
});

test("an agent that can only load does so", () => {
  expect(wayOf(null, { canLoad: true, canResume: false })).toBe("session/load");
  expect(wayOf("copilot", { canLoad: true, canResume: false })).toBe("session/load");
});

test("an agent that offers nothing gets a new session", () => {
  expect(wayOf(null, { canLoad: false, canResume: false })).toBe(
    "the agent cannot go on with a session",
  );
});

test("the catalogue's word stands over what an agent says of itself", () => {
  expect(wayOf("gemini", both)).toBe("session/load");
  expect(wayOf("goose", both)).toBe("the agent cannot go on with a session");
});

test("Gemini's session is not loaded in the minute of its making, and there is no waiting for it", () => {
  const young = "the agent cannot load a session that is younger than 62 s";
  expect(wayOf("gemini", both, 0)).toBe(young);
  expect(wayOf("gemini", both, 61_999)).toBe(young);
  expect(wayOf("gemini", both, 62_000)).toBe("session/load");
});

test("every agent of the catalogue has a way on, or a reason", () => {
  for (const { id } of catalog) expect(wayOf(id, both)).toMatch(/^session\/|^the agent cannot/u);
});
