import { ProjectConfig } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { budgetLines, policyLines, recipeLines } from "../src/features/settings/rule-lines.ts";

const rulesOf = (config: Record<string, unknown> = {}) => {
  const { permissions = [], budget = null, models = null, ...rest } = ProjectConfig.parse(config);
  return { ...rest, permissions, budget, models };
};

describe("the rules of a project in words", () => {
  it("leave out what is as usual", () => {
    expect(recipeLines(rulesOf().recipe)).toEqual([]);
    expect(budgetLines(null)).toEqual([]);
    expect(policyLines(rulesOf()).map(({ name }) => name)).toEqual(["Ends", "Review", "Turns"]);
  });

  it("say what was set up and what may be reached", () => {
    const { recipe } = rulesOf({
      recipe: { setup: "npm ci", dependencies: ["node_modules"], egress: ["example.com:443"] },
    });
    expect(recipeLines(recipe).map(({ value }) => value)).toEqual([
      "npm ci",
      "node_modules",
      "example.com:443",
    ]);
  });

  it("say both bounds of a budget, each by its measures", () => {
    const { budget } = rulesOf({ budget: { usd: 5, day: { usd: 20, minutes: 90 } } });
    expect(budgetLines(budget)).toEqual([
      { name: "A run", value: "$5" },
      { name: "A day", value: "$20, 90 min of work" },
    ]);
    expect(budgetLines(rulesOf({ budget: { day: { tokens: 7 } } }).budget)).toHaveLength(1);
  });

  it("say who may review, which models serve, and how questions are answered", () => {
    const lines = policyLines(
      rulesOf({
        merge: { to: "branch" },
        review: { minForeignFamilies: 2, whenUnavailable: "block" },
        models: { families: ["anthropic"], zeroRetention: true },
        permissions: [{ tool: "execute", command: "npm test*", answer: "allow" }],
      }),
    );
    const values = lines.map(({ value }) => value);
    expect(values).toContain("on a branch");
    expect(values).toContain("by 2 rival families; where there is none: it waits");
    expect(values).toContain("only those that keep nothing");
    expect(values).toContain("execute npm test*: allow");
  });
});
