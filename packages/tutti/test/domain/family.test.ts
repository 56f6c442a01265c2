import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseReviewers, isForeign, type ReviewRule } from "../../src/domain/family.ts";

const alto = { name: "alto", family: "anthropic" };
const alta = { name: "alta", family: "anthropic" };
const tenor = { name: "tenor", family: "openai" };
const tenora = { name: "tenora", family: "openai" };
const bass = { name: "bass", family: "google" };
const ghost = { name: "ghost", family: "unknown" };

const choose = (rule: Partial<ReviewRule>) =>
  chooseReviewers({
    authors: ["anthropic"],
    reviewers: [tenor],
    count: 1,
    minForeignFamilies: 1,
    family: "foreign",
    ...rule,
  });

describe("the family rule", () => {
  test("a reviewer of another family is allowed", () => {
    expect(choose({})).toEqual({
      outcome: "allow",
      reviewers: ["tenor"],
      reason: "tenor (openai) judges work of anthropic.",
    });
  });

  test.each<[string, Partial<ReviewRule>, readonly string[]]>([
    ["in the configured order", { reviewers: [bass, tenor] }, ["bass"]],
    ["distinct families first", { reviewers: [tenor, tenora, bass], count: 2 }, ["tenor", "bass"]],
    [
      "one family twice when more are asked for",
      { reviewers: [tenor, tenora], count: 2 },
      ["tenor", "tenora"],
    ],
    ["never the author's family", { reviewers: [alto, tenor] }, ["tenor"]],
    [
      "the author's family only as an extra",
      { reviewers: [alto, tenor], count: 2, family: "any" },
      ["tenor", "alto"],
    ],
    [
      "foreign ones before an extra",
      { reviewers: [alto, tenor, bass], count: 2, family: "any" },
      ["tenor", "bass"],
    ],
    [
      "as many as the families ask for",
      { reviewers: [tenor, bass], minForeignFamilies: 2 },
      ["tenor", "bass"],
    ],
    ["any model beside a human author", { authors: ["human"], reviewers: [alto] }, ["alto"]],
    [
      "outside the union of the authors",
      { authors: ["human", "anthropic", "openai"], reviewers: [alto, tenor, bass] },
      ["bass"],
    ],
    ["a name only once", { reviewers: [tenor, tenor, bass], count: 2 }, ["tenor", "bass"]],
  ])("reviewers are taken %s", (_, rule, expected) => {
    expect(choose(rule)).toMatchObject({ outcome: "allow", reviewers: expected });
  });

  test.each<[string, Partial<ReviewRule>, RegExp]>([
    ["nobody is configured", { reviewers: [] }, /no reviewer/u],
    [
      "only the author's family is there",
      { reviewers: [alto, alta] },
      /alto \(anthropic\).*cannot judge/u,
    ],
    [
      "only the author's family is there and any is asked for",
      { reviewers: [alto], family: "any" },
      /cannot judge/u,
    ],
    ["the reviewer's family is unknown", { reviewers: [ghost] }, /ghost \(unknown\)/u],
    ["the author's family is unknown", { authors: ["unknown"] }, /not known/u],
    ["one of two authors is unknown", { authors: ["anthropic", "unknown"] }, /not known/u],
    ["nobody is named as the author", { authors: [] }, /not known/u],
    [
      "too few families are at hand",
      { reviewers: [tenor, tenora], minForeignFamilies: 2 },
      /2 foreign families/u,
    ],
    ["too few reviewers are at hand", { count: 2 }, /2 reviewers are asked for and 1 is/u],
  ])("the outcome is unavailable with no reviewers when %s", (_, rule, reason) => {
    expect(choose(rule)).toMatchObject({ outcome: "unavailable", reviewers: [] });
    expect(choose(rule).reason).toMatch(reason);
    expect(choose({ ...rule, whenUnavailable: "block" }).outcome).toBe("block");
  });

  test("no generated scenario accepts a review without a reviewer of another family", () => {
    const family = constantFrom("anthropic", "openai", "google", "mistral", "human", "unknown");
    const scenario = record({
      authors: array(family, { maxLength: 4 }),
      reviewers: array(record({ name: constantFrom("a", "b", "c", "d", "e"), family }), {
        maxLength: 6,
      }),
      count: integer({ min: -1, max: 5 }),
      minForeignFamilies: integer({ min: 0, max: 3 }),
      family: constantFrom<"foreign" | "any">("foreign", "any"),
      whenUnavailable: constantFrom<"ask" | "block">("ask", "block"),
    });
    assert(
      property(scenario, (rule) => {
        const choice = chooseReviewers(rule);
        const families = choice.reviewers.map(
          (name) => rule.reviewers.find((one) => one.name === name)?.family ?? "",
        );
        const foreign = new Set(families.filter((name) => isForeign(name, rule.authors)));
        const own = [...foreign].filter(
          (name) => name === "unknown" || rule.authors.some((author) => author === name),
        );
        const allowed = choice.outcome === "allow";
        expect(["allow", "block", "unavailable"]).toContain(choice.outcome);
        expect(choice.reason).not.toBe("");
        expect(own).toEqual([]);
        expect(new Set(choice.reviewers).size).toBe(choice.reviewers.length);
        expect(choice.reviewers.length > 0).toBe(allowed);
        return (
          !allowed ||
          (foreign.size >= Math.max(1, rule.minForeignFamilies) &&
            choice.reviewers.length >= Math.max(1, rule.count))
        );
      }),
      { numRuns: 10_000 },
    );
  });
});
