import fc from "fast-check";
import {
  StepKey,
  type PermissionRule,
  type RememberedAnswer,
  type ToolFacts,
} from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import {
  judge,
  optionFor,
  relativePath,
  type PermissionRequest,
  type Rulebook,
} from "../../src/domain/permission-rules.ts";

const ROOT = "/data/runs/r-1/tree";

const question = (facts: Partial<ToolFacts>, title = "a tool call"): PermissionRequest => ({
  title,
  facts: { tool: "other", paths: [], command: null, ...facts },
});
const book = (more: Partial<Rulebook> = {}): Rulebook => ({
  rules: [],
  remembered: [],
  root: ROOT,
  isolation: "sandbox",
  step: "build",
  attempt: 2,
  ...more,
});
const before = (
  asked: PermissionRequest,
  more: Partial<RememberedAnswer> = {},
): RememberedAnswer => ({
  ...asked,
  answer: "allow",
  by: "ada",
  at: 1,
  about: null,
  ...more,
});
const answerTo = (asked: PermissionRequest, more: Partial<Rulebook> = {}) =>
  judge(asked, book(more)).answer;

describe("without any rule", () => {
  const rows: readonly [string, Partial<ToolFacts>, "allow" | "ask"][] = [
    ["reading", { tool: "read", paths: ["/etc/passwd"] }, "allow"],
    ["searching", { tool: "search" }, "allow"],
    ["thinking", { tool: "think" }, "allow"],
    ["an edit in the work tree", { tool: "edit", paths: [`${ROOT}/src/a.ts`, "b.ts"] }, "allow"],
    ["an edit outside of it", { tool: "edit", paths: ["/etc/passwd"] }, "ask"],
    ["an edit half outside of it", { tool: "edit", paths: ["a", "/tmp/b"] }, "ask"],
    ["an edit that climbs out of it", { tool: "edit", paths: ["src/../../../x"] }, "ask"],
    ["an edit of git's own files", { tool: "edit", paths: [".git/config"] }, "ask"],
    ["an edit that names no file", { tool: "edit" }, "ask"],
    ["a deletion in the work tree", { tool: "delete", paths: ["old.ts"] }, "allow"],
    ["a command", { tool: "execute", command: "ls" }, "ask"],
    ["a download", { tool: "fetch" }, "ask"],
    ["anything else", { tool: "other" }, "ask"],
  ];
  test.each(rows)("inside the fence %s is answered as documented", (_what, facts, answer) => {
    expect(answerTo(question(facts))).toBe(answer);
  });
  test.each(rows)("without a fence %s is asked", (_what, facts) => {
    expect(answerTo(question(facts), { isolation: "none" })).toBe("ask");
  });
});

describe("rules", () => {
  const push: PermissionRule = { tool: "execute", command: "git push*", answer: "deny" };
  const all: PermissionRule = { tool: "execute", answer: "allow" };

  test("a path is matched relative to the work tree, however the agent names it", () => {
    const rules: PermissionRule[] = [{ tool: "edit", path: "docs/**", answer: "deny" }];
    for (const path of ["docs/a.md", `${ROOT}/docs/a.md`, "./x/../docs/a.md"])
      expect(answerTo(question({ tool: "edit", paths: [path] }), { rules })).toBe("deny");
  });

  test("the rule that answered is named", () => {
    const { by } = judge(
      question({ tool: "execute", command: "git push -f" }),
      book({ rules: [push, all] }),
    );
    expect(by).toBe('the rule execute "git push*" → deny');
  });

  test("a call that does not tell its command cannot slip past a rule about commands", () => {
    const ruling = judge(question({ tool: "execute" }), book({ rules: [push, all] }));
    expect(ruling).toEqual({
      answer: "ask",
      by: 'the rule execute "git push*" → deny, which cannot be judged here',
    });
    expect(
      answerTo(question({ tool: "execute", command: "git status" }), { rules: [push, all] }),
    ).toBe("allow");
  });

  test("a rule may ask where Tutti's own would allow", () => {
    const rules: PermissionRule[] = [{ tool: "edit", answer: "ask" }];
    expect(answerTo(question({ tool: "edit", paths: ["a"] }), { rules })).toBe("ask");
  });
});

describe("what was answered before", () => {
  const npm = question({ tool: "execute", command: "npm test" });

  test("answers the same question, whatever it is called this time", () => {
    const renamed = { ...npm, title: "Run the tests" };
    expect(judge(renamed, book({ remembered: [before(npm)] }))).toEqual({
      answer: "allow",
      by: "what ada answered before",
    });
  });

  test("answers no other command, and nothing that has a name alone in common with it", () => {
    const remembered = [before(npm), before(question({}, "Clean up"))];
    expect(answerTo(question({ tool: "execute", command: "npm test; id" }), { remembered })).toBe(
      "ask",
    );
    expect(answerTo(question({}, "Clean up"), { remembered })).toBe("allow");
    expect(answerTo(question({}, "Clean up all"), { remembered })).toBe("ask");
  });

  test("counts less than a rule that denies, and more than one that asks", () => {
    const remembered = [before(npm)];
    const rule = { tool: "execute" as const, command: "npm*" };
    expect(answerTo(npm, { remembered, rules: [{ ...rule, answer: "deny" }] })).toBe("deny");
    expect(answerTo(npm, { remembered, rules: [{ ...rule, answer: "ask" }] })).toBe("allow");
  });

  test("of two, the newer one counts", () => {
    const remembered = [before(npm), before(npm, { answer: "deny" })];
    expect(answerTo(npm, { remembered })).toBe("deny");
  });

  test("given to a question whose process was gone, it holds for the step's next attempt alone", () => {
    const about = { step: StepKey.parse("build"), attempt: 2 };
    const remembered = [before(npm, { about })];
    expect(answerTo(npm, { remembered })).toBe("allow");
    expect(answerTo(npm, { remembered, attempt: 3 })).toBe("ask");
    expect(answerTo(npm, { remembered, step: "test" })).toBe("ask");
  });
});

describe("whatever is asked", () => {
  const tool = fc.constantFrom(
    "read",
    "edit",
    "delete",
    "move",
    "search",
    "execute",
    "think",
    "fetch",
    "other",
  );
  const path = fc.constantFrom("a", "docs/a.md", "/etc/passwd", "../x", ".git/config", `${ROOT}/b`);
  const command = fc.constantFrom("git push", "npm test", "true && git push", "git status");
  const facts = fc.record({
    tool,
    paths: fc.array(path, { maxLength: 3 }),
    command: fc.option(command),
  }) as fc.Arbitrary<ToolFacts>;
  const rule = fc.record(
    {
      tool,
      path: fc.constantFrom("docs/**", "**", "a"),
      command: fc.constantFrom("git push*", "npm*", "*"),
      answer: fc.constantFrom("ask", "allow", "deny"),
    },
    { requiredKeys: ["answer"] },
  ) as fc.Arbitrary<PermissionRule>;
  const rules = fc.array(rule, { maxLength: 4 });

  test("one more rule that denies never makes an answer looser", () => {
    const rank = { deny: 0, ask: 1, allow: 2 } as const;
    fc.assert(
      fc.property(facts, rules, rule, (about, some, extra) => {
        const denying: PermissionRule = { ...extra, answer: "deny" };
        const without = answerTo(question(about), { rules: some });
        const withIt = answerTo(question(about), { rules: [denying, ...some] });
        expect(rank[withIt]).toBeLessThanOrEqual(rank[without]);
      }),
    );
  });

  test("without a fence nothing is allowed but by a rule or a person", () => {
    fc.assert(
      fc.property(facts, (about) => {
        expect(answerTo(question(about), { isolation: "none" })).toBe("ask");
      }),
    );
  });

  test("a command that is pushed is never allowed beside a rule that denies it", () => {
    const push: PermissionRule = { command: "git push*", answer: "deny" };
    fc.assert(
      fc.property(facts, rules, (about, some) => {
        const asked = question({ ...about, tool: "execute", command: "true && git push" });
        expect(answerTo(asked, { rules: [push, ...some] })).toBe("deny");
      }),
    );
  });
});

test.each([
  ["a/./b", "a/b"],
  [`${ROOT}/a`, "a"],
  [`${ROOT}x/a`, `${ROOT}x/a`],
  ["../../..", "/data"],
  ["/../..", "/"],
])("the path %j is %j to a rule", (path, seen) => {
  expect(relativePath(path, ROOT)).toBe(seen);
});

test("an answer that holds once is chosen before one that the agent would remember", () => {
  const options = [
    { id: "1", name: "Always", kind: "allow_always" },
    { id: "2", name: "Yes", kind: "allow_once" },
  ] as const;
  expect(optionFor(options, "allow")?.id).toBe("2");
  expect(optionFor(options.slice(0, 1), "allow")?.id).toBe("1");
  expect(optionFor(options, "deny")).toBeNull();
});
