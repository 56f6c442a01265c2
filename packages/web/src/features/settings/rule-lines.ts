/** The rules of a project in words. What is as usual and says nothing is left out. */
import type { ProjectView } from "@tutti/protocol";
import { countText } from "../../ui/numbers.ts";

type Rules = NonNullable<ProjectView["rules"]>;

export type Line = { readonly name: string; readonly value: string; readonly isCode?: boolean };

const listed = (name: string, values: readonly string[]): Line[] =>
  values.length === 0 ? [] : [{ name, value: values.join(", "), isCode: true }];

const given = (name: string, value: string | undefined): Line[] =>
  value === undefined ? [] : [{ name, value, isCode: true }];

export const recipeLines = (recipe: Rules["recipe"]): readonly Line[] => [
  ...given("Set-up", recipe.setup),
  ...listed("Dependencies", recipe.dependencies),
  ...listed("Copied in", recipe.copy),
  ...listed("Shown read-only", recipe.link),
  ...listed("May reach", recipe.egress),
  ...given("Teardown", recipe.teardown),
];

export function policyLines(rules: Rules): readonly Line[] {
  const { review, limits, merge, models, permissions } = rules;
  const ends = merge.to === "branch" ? "on a branch" : "merged into the target";
  return [
    { name: "Ends", value: ends },
    {
      name: "Review",
      value: `by ${countText(review.minForeignFamilies, "rival family", "rival families")}; where there is none: ${review.whenUnavailable === "ask" ? "a person is asked" : "it waits"}`,
    },
    {
      name: "Turns",
      value: `at most ${limits.turnMinutes} min, ${limits.silenceMinutes} min without a word`,
    },
    ...listed("Protected", rules.protected),
    ...listed("Families", models?.families ?? []),
    ...listed("Models", models?.models ?? []),
    ...listed("Regions", models?.regions ?? []),
    ...(models?.zeroRetention === true
      ? [{ name: "Providers", value: "only those that keep nothing" }]
      : []),
    ...permissions.map((rule, index) => permissionLine(rule, index)),
  ];
}

function permissionLine(rule: Rules["permissions"][number], index: number): Line {
  const { tool, path, command, answer } = rule;
  const about = [tool ?? "any tool", path, command].filter((part) => part !== undefined).join(" ");
  return { name: `Question ${index + 1}`, value: `${about}: ${answer}`, isCode: true };
}

type Bounds = {
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
  readonly minutes?: number | undefined;
};

const boundsText = ({ usd, tokens, minutes }: Bounds): string =>
  [
    usd === undefined ? "" : `$${usd}`,
    tokens === undefined ? "" : `${tokens} tokens`,
    minutes === undefined ? "" : `${minutes} min of work`,
  ]
    .filter((part) => part !== "")
    .join(", ");

export function budgetLines(budget: Rules["budget"]): readonly Line[] {
  if (budget === null) return [];
  return [
    { name: "A run", value: boundsText(budget) },
    { name: "A day", value: boundsText(budget.day ?? {}) },
  ].filter(({ value }) => value !== "");
}
