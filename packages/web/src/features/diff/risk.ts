/** The order in which a reader of a change should look: what can do most harm first. */
import type { DiffFile, GuardFlag } from "@tutti/protocol";

export type Risk = "flagged" | "sensitive" | "source" | "tests" | "docs";

const RISKS: readonly Risk[] = ["flagged", "sensitive", "source", "tests", "docs"];

export const RISK_WORDS: Readonly<Record<Risk, string>> = {
  flagged: "Touches what judges it",
  sensitive: "Sensitive",
  source: "Source",
  tests: "Tests",
  docs: "Docs",
};

/** Runs on other machines, decides who may do what, or chooses what is installed. */
const SENSITIVE = [
  /(?:^|\/)\.(?:github|gitlab|circleci|ci|tutti|husky|devcontainer)\//u,
  /(?:^|\/)(?:package\.json|[\w.-]*lock(?:\.json|\.yaml|file)?|go\.(?:mod|sum)|Cargo\.(?:toml|lock)|pyproject\.toml|requirements[\w.-]*\.txt|Gemfile|pom\.xml|build\.gradle(?:\.kts)?)$/u,
  /(?:^|\/)(?:Dockerfile[\w.-]*|Makefile|CODEOWNERS|Jenkinsfile|\.env[\w.-]*|\.git\w+|\.npmrc)$/u,
  /(?:^|[/_.-])(?:auth\w*|login|session|token|secret|password|crypto|permission|polic(?:y|ies)|migrations?|sandbox)(?:[/_.-]|$)/iu,
];

const TESTS =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|fixtures|e2e)\/|[._-](?:test|spec)\.[\w]+$|_test\.\w+$|(?:^|\/)test_[^/]+\.py$/u;

const DOCS =
  /(?:^|\/)docs?\/|\.(?:md|mdx|rst|txt|adoc)$|(?:^|\/)(?:LICENSE|CHANGELOG|README)[^/]*$/iu;

function riskOf(path: string, guard: readonly Pick<GuardFlag, "path">[]): Risk {
  if (guard.some((flag) => flag.path === path)) return "flagged";
  if (TESTS.test(path)) return "tests";
  if (SENSITIVE.some((pattern) => pattern.test(path))) return "sensitive";
  return DOCS.test(path) ? "docs" : "source";
}

export type RiskGroup = { readonly risk: Risk; readonly files: readonly DiffFile[] };

/** Groups that have files, the riskiest first; by path within. */
export function groupsOf(
  files: readonly DiffFile[],
  guard: readonly Pick<GuardFlag, "path">[],
): readonly RiskGroup[] {
  const byRisk = Map.groupBy(files, ({ path }) => riskOf(path, guard));
  return RISKS.flatMap((risk) => {
    const found = byRisk.get(risk);
    if (found === undefined) return [];
    return [{ risk, files: found.toSorted((left, right) => (left.path < right.path ? -1 : 1)) }];
  });
}
