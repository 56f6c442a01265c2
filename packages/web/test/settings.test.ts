import { AgentView, AttentionId, RunId } from "@tutti/protocol";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { byReadiness, readiness } from "../src/features/settings/agent-health.ts";
import { settingsSearch } from "../src/features/settings/settings-search.ts";

const agent = (name: string, part: Partial<AgentView> = {}): AgentView => ({
  ...AgentView.parse({
    name,
    title: name,
    from: "user",
    catalog: null,
    command: ["x"],
    family: "anthropic",
    model: null,
    roles: [],
    installed: true,
    version: null,
    isTested: null,
    access: "key",
    provider: null,
    keyName: null,
    isSignedIn: false,
    isReady: false,
    mend: null,
  }),
  ...part,
});

describe("the health of an agent", () => {
  it.each([
    [{ isReady: true }, "ready"],
    [{ installed: false }, "not installed"],
    [{ access: "no-key" as const }, "no key"],
    [{ access: "no-login" as const }, "not signed in"],
    [{ hidden: ["/opt/x"] }, "not shown inside"],
    [{ oldNode: "18.0.0" }, "Node too old"],
    [{}, "not ready"],
  ])("is said in a word: %j", (part, word) => {
    expect(readiness(agent("a", part)).word).toBe(word);
  });

  it("puts those first that can work", () => {
    const agents = [
      agent("none", { installed: false }),
      agent("lacks"),
      agent("works", { isReady: true }),
    ];
    expect(byReadiness(agents).map(({ name }) => name)).toEqual(["works", "lacks", "none"]);
  });
});

const item = (since: number) => ({
  id: AttentionId.parse("approval:spec"),
  run: RunId.parse("r-4k2m9x7q1abc"),
  kind: "approval" as const,
  step: null,
  since,
  asks: "",
  why: "",
  subject: null,
  details: [],
  answers: [],
});

describe("what is told of", () => {
  beforeAll(() => {
    vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  });

  it("is what was not there before, and nothing when the page has only just looked", async () => {
    const { keyOf, newItems } = await import("../src/features/settings/notify.ts");
    expect(newItems(null, [item(1)])).toEqual([]);
    const known = new Set([keyOf(item(1))]);
    expect(newItems(known, [item(1)])).toEqual([]);
    // Asked again later: it is new.
    expect(newItems(known, [item(1), item(2)])).toEqual([item(2)]);
  });
});

it("the address of the settings takes an absolute path only", () => {
  expect(settingsSearch({ path: "/srv/shop" })).toEqual({ path: "/srv/shop" });
  expect(settingsSearch({ path: "shop" })).toEqual({});
});
