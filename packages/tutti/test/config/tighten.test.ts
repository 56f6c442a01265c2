/** A repository tightens what the user allows and never loosens it, whatever both files say. */
import { type BudgetConfig, ModelPolicy, type PermissionRule, ServerTools } from "@tutti/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { intersectGlobs } from "../../src/config/glob-intersection.ts";
import {
  mergeBudget,
  mergeModels,
  mergePermissions,
  mergeServers,
} from "../../src/config/policy.ts";
import { matches } from "../../src/domain/glob.ts";
import { answerByRules, type RuledCall } from "../../src/domain/permission.ts";

const bounds = fc.record(
  {
    usd: fc.integer({ min: 1, max: 99 }),
    tokens: fc.integer({ min: 1, max: 99 }),
    minutes: fc.integer({ min: 1, max: 99 }),
  },
  { requiredKeys: [] },
);
const budget: fc.Arbitrary<BudgetConfig | undefined> = fc.option(
  fc
    .tuple(bounds, fc.option(bounds, { nil: undefined }))
    .map(([run, day]) => (day === undefined ? run : { ...run, day })),
  { nil: undefined },
);

test("a bound of a budget is the smaller of both, and none is lost", () => {
  fc.assert(
    fc.property(budget, budget, (user, project) => {
      const both = mergeBudget(user, project);
      for (const key of ["usd", "tokens", "minutes"] as const)
        for (const of of [
          (one: BudgetConfig | undefined) => one?.[key],
          (one: BudgetConfig | undefined) => one?.day?.[key],
        ]) {
          const words = [of(user), of(project)].filter((word) => word !== undefined);
          expect(of(both)).toBe(words.length === 0 ? undefined : Math.min(...words));
        }
    }),
  );
});

const letter = fc.constantFrom("a", "b", "/");
const text = fc.string({ unit: letter, maxLength: 6 });
const glob = fc.string({
  unit: fc.oneof({ weight: 3, arbitrary: letter }, fc.constantFrom("*", "?")),
  minLength: 1,
  maxLength: 6,
});
const isPlain = (pattern: string): boolean => !pattern.includes("**");
const globs = fc.array(glob.filter(isPlain), { maxLength: 3 });
const allows = (list: readonly string[], name: string): boolean =>
  list.some((pattern) => matches(pattern, name));

test("two lists of globs together allow exactly what each of them allows", () => {
  fc.assert(
    fc.property(globs, globs, text, (one, other, name) => {
      const both = intersectGlobs(one, other);
      expect(allows(both, name)).toBe(allows(one, name) && allows(other, name));
    }),
    { numRuns: 3000 },
  );
});

test("of two globs the narrower is kept as it was written", () => {
  expect(intersectGlobs(["claude-*"], ["claude-opus-*", "gpt-5"])).toEqual(["claude-opus-*"]);
  expect(intersectGlobs(["gpt-*"], ["*-mini"])).toEqual(["gpt-mini", "gpt-*-mini"]);
  expect(intersectGlobs(["claude-*"], ["gpt-*"])).toEqual([]);
});

test("a glob made to cost time costs little", () => {
  const hard = "*a".repeat(40);
  expect(intersectGlobs([hard], [hard]).length).toBeLessThanOrEqual(200);
  const many = Array.from({ length: 30 }, (_none, index) => `${"*a".repeat(20)}${index}`);
  expect(intersectGlobs(many, many).length).toBeLessThanOrEqual(200);
}, 60_000);

const policy: fc.Arbitrary<ModelPolicy> = fc.record({
  families: fc.uniqueArray(fc.constantFrom("anthropic", "openai", "google"), { maxLength: 2 }),
  models: globs,
  zeroRetention: fc.boolean(),
  regions: fc.uniqueArray(fc.constantFrom("eu", "us"), { maxLength: 2 }),
  serverTools: fc.constantFrom(...ServerTools.options),
});
const isAllowed = (list: readonly string[], item: string): boolean =>
  list.length === 0 || list.includes(item);

const may = (one: ModelPolicy | undefined, model: string): boolean =>
  one === undefined || one.models.length === 0 || allows(one.models, model);

test("a model is allowed only where both files allow it, or the two are refused", () => {
  fc.assert(
    fc.property(policy, policy, text, (user, project, model) => {
      const { models, conflicts } = mergeModels(user, project);
      fc.pre(conflicts.length === 0);
      expect(may(models, model)).toBe(may(user, model) && may(project, model));
      for (const family of ["anthropic", "openai", "google"])
        expect(isAllowed(models?.families ?? [], family)).toBe(
          isAllowed(user.families, family) && isAllowed(project.families, family),
        );
      for (const region of ["eu", "us"])
        expect(isAllowed(models?.regions ?? [], region)).toBe(
          isAllowed(user.regions, region) && isAllowed(project.regions, region),
        );
      expect(models?.zeroRetention).toBe(user.zeroRetention || project.zeroRetention);
    }),
  );
});

const letsDo = (one: ModelPolicy | undefined, word: ServerTools): boolean =>
  ServerTools.options.indexOf(one?.serverTools ?? "none") >= ServerTools.options.indexOf(word);

const asks = (serverTools: ServerTools): ModelPolicy => ModelPolicy.parse({ serverTools });

test("a provider may do itself what both files let it do", () => {
  for (const [user, project] of ServerTools.options.flatMap((one) =>
    ServerTools.options.map((other) => [one, other] as const),
  )) {
    const { models } = mergeModels(asks(user), asks(project));
    for (const word of ServerTools.options)
      expect(letsDo(models, word)).toBe(letsDo(asks(user), word) && letsDo(asks(project), word));
  }
});

test("a repository alone lets a provider do no more than a user who says nothing", () => {
  expect(mergeModels(undefined, asks("all")).models?.serverTools).toBe("search");
  expect(mergeModels(undefined, asks("none")).models?.serverTools).toBe("none");
  expect(mergeModels(asks("all"), undefined).models?.serverTools).toBe("all");
});

const tool = fc.constantFrom("read" as const, "edit" as const, "execute" as const);
const rule: fc.Arbitrary<PermissionRule> = fc.record(
  {
    tool,
    path: fc.constantFrom("src/**", "a", "*"),
    command: fc.constantFrom("git push*", "npm *", "*"),
    answer: fc.constantFrom("ask" as const, "allow" as const, "deny" as const),
  },
  { requiredKeys: ["answer"] },
);
const rules = fc.array(rule, { maxLength: 4 });
const question: fc.Arbitrary<RuledCall> = fc.record({
  tool,
  paths: fc.array(fc.constantFrom("a", "src/a", "/etc/passwd"), { maxLength: 2 }),
  command: fc.option(fc.constantFrom("git push", "npm test", "npm test; git push")),
});
const TIGHTNESS = { allow: 0, ask: 1, deny: 2 };

test("the answer to an agent is never looser than what the user's own rules say", () => {
  fc.assert(
    fc.property(rules, rules, question, (user, project, asked) => {
      const own = answerByRules(mergePermissions(user, undefined) ?? [], asked, "sandbox");
      const both = answerByRules(mergePermissions(user, project) ?? [], asked, "sandbox");
      expect(TIGHTNESS[both ?? "allow"]).toBeGreaterThanOrEqual(TIGHTNESS[own ?? "allow"]);
      const theirs = answerByRules(mergePermissions([], project) ?? [], asked, "sandbox");
      expect(both === "deny").toBe(own === "deny" || theirs === "deny");
    }),
    { numRuns: 2000 },
  );
});

test("without a fence a repository allows nothing that reaches out", () => {
  fc.assert(
    fc.property(rules, question, (project, asked) => {
      const answer = answerByRules(mergePermissions([], project) ?? [], asked, "none");
      expect(answer === "allow" && asked.tool !== "read").toBe(false);
    }),
  );
});

const server = (name: string) => ({ command: [name], env: {} });

test("of two servers of one name the user's is used, and each is marked with whose it is", () => {
  expect(
    mergeServers({ docs: server("mine") }, { docs: server("theirs"), db: server("db") }),
  ).toEqual({
    docs: { command: ["mine"], env: {}, from: "user" },
    db: { command: ["db"], env: {}, from: "project" },
  });
});
