/**
 * The family rule: who wrote the code does not judge it. A reviewer is *foreign* when its family is
 * none of the authors' families. A family that is not known could be anybody's, so an unknown
 * reviewer is never foreign, and beside an unknown author nobody is.
 *
 * The outcome is always one of three: `allow` with the reviewers, `unavailable` when those at hand do
 * not satisfy the rule and a person may be asked, `block` when the policy says not to ask. It never
 * falls back to a reviewer of the author's own family in silence.
 */

/** What stands for a lineage that nobody could name. */
export const UNKNOWN_FAMILY = "unknown";

type Reviewer = { readonly name: string; readonly family: string };

export type ReviewRule = {
  /** Families of everybody who wrote part of the candidate, `human` among them. None means unknown. */
  readonly authors: readonly string[];
  /** Who is at hand, in the configured order. */
  readonly reviewers: readonly Reviewer[];
  /** Reviewers asked for; raised to `minForeignFamilies` where that is more. */
  readonly count: number;
  /** Distinct foreign families that must be among them; at least 1. */
  readonly minForeignFamilies: number;
  /** `any` lets others sit beside the foreign ones, never instead of them. */
  readonly family: "foreign" | "any";
  readonly whenUnavailable?: "ask" | "block";
};

export type ReviewerChoice = {
  readonly outcome: "allow" | "block" | "unavailable";
  /** Empty unless the outcome is `allow`. */
  readonly reviewers: readonly string[];
  readonly reason: string;
};

export function chooseReviewers(rule: ReviewRule): ReviewerChoice {
  const families = Math.max(1, rule.minForeignFamilies);
  const seats = Math.max(rule.count, families);
  const known = distinctBy(rule.reviewers, (reviewer) => reviewer.name);
  const foreign = known.filter((reviewer) => isForeign(reviewer.family, rule.authors));
  const firsts = distinctBy(foreign, (reviewer) => reviewer.family);
  const extras = rule.family === "any" ? known : foreign;
  const order = distinctBy([...firsts, ...foreign, ...extras], (reviewer) => reviewer.name);

  if (firsts.length < families) {
    return refuse(rule, `${shortOf(families, firsts.length)} ${whyNot(rule, known)}`);
  }
  if (order.length < seats) {
    return refuse(
      rule,
      `${seats} reviewers are asked for and ${order.length} ${order.length === 1 ? "is" : "are"} allowed to judge.`,
    );
  }
  const seated = order.slice(0, seats);
  return {
    outcome: "allow",
    reviewers: seated.map((reviewer) => reviewer.name),
    reason: `${list(seated.map((reviewer) => `${reviewer.name} (${reviewer.family})`))} ${seated.length === 1 ? "judges" : "judge"} work of ${list(rule.authors)}.`,
  };
}

/** Whether a family is certainly none of the authors' families. */
export function isForeign(family: string, authors: readonly string[]): boolean {
  if (family === UNKNOWN_FAMILY || authors.length === 0) return false;
  return !authors.includes(UNKNOWN_FAMILY) && !authors.includes(family);
}

function refuse(rule: ReviewRule, reason: string): ReviewerChoice {
  const outcome = rule.whenUnavailable === "block" ? "block" : "unavailable";
  return { outcome, reviewers: [], reason };
}

function shortOf(wanted: number, found: number): string {
  const families = `${wanted} foreign ${wanted === 1 ? "family" : "families"}`;
  return `The review needs ${families} and ${found === 0 ? "none" : found} is at hand:`;
}

function whyNot(rule: ReviewRule, known: readonly Reviewer[]): string {
  if (rule.authors.length === 0 || rule.authors.includes(UNKNOWN_FAMILY)) {
    return "who wrote the code is not known, so every reviewer counts as the author's family.";
  }
  if (known.length === 0) return "no reviewer is configured or available.";
  const own = known.filter((reviewer) => !isForeign(reviewer.family, rule.authors));
  if (own.length === 0) return "the others are of the same foreign family.";
  return `${list(own.map((reviewer) => `${reviewer.name} (${reviewer.family})`))} cannot judge work of ${list(rule.authors)}.`;
}

function distinctBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const value = key(item);
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

const list = (names: readonly string[]): string => [...new Set(names)].join(", ");
