/** Who wrote and who judged at every pass of a review: from the events alone, apart from the domain's own reckoning. */
import type { EventBody, EventOf } from "@tutti/protocol";

const UNKNOWN = "unknown";
const REVIEW = "rival-review";
const DECLARED: Readonly<Record<string, string>> = {
  alto: "anthropic",
  tenor: "openai",
  bass: "google",
};

type Passed = {
  readonly authors: ReadonlySet<string>;
  /** Families of each reviewer's newest turn. */
  readonly judges: readonly (readonly string[])[];
  readonly isAccepted: boolean;
  readonly isMetered: boolean;
};

const familiesOf = ({ agent, served }: EventOf<"turn.ended">): readonly string[] =>
  served.length === 0
    ? [DECLARED[agent] ?? UNKNOWN]
    : served.map(({ family }) => family ?? UNKNOWN);

/** Every pass of the review with who wrote and who judged by then, from nothing but what happened. */
export function judgedPasses(bodies: readonly EventBody[]): Passed[] {
  const passes: Passed[] = [];
  const wrote = new Set<string>();
  const committed = new Set<string>();
  let seated: readonly string[] = [];
  let isAccepted = false;
  const judges = new Map<string, EventOf<"turn.ended">>();
  for (const body of bodies) {
    if (body.type === "turn.ended" && body.step === REVIEW) judges.set(body.agent, body);
    else if (body.type === "turn.ended" && /^(?:build|migrate)/u.test(body.step)) {
      const isWritten = body.outcome === "ended" || body.served.length > 0;
      if (isWritten) for (const family of familiesOf(body)) wrote.add(family);
    } else if (body.type === "checkpoint.created" && body.changed.length > 0) {
      for (const family of wrote) committed.add(family);
      if (body.step === null) committed.add("human");
      wrote.clear();
    } else if (body.type === "reviewers.chosen") seated = body.reviewers;
    else if (body.type === "degraded.accepted") isAccepted = true;
    else if (body.type === "step.passed" && body.step === REVIEW && !isRenewed(body)) {
      const turns = seated.flatMap((name) => judges.get(name) ?? []);
      passes.push({
        authors: new Set(committed),
        judges: turns.map((turn) => familiesOf(turn)),
        isAccepted,
        isMetered: turns.some(({ served }) => served.length > 0),
      });
    }
  }
  return passes;
}

/** A person said that an earlier review still holds. */
const isRenewed = ({ evidence }: EventOf<"step.passed">): boolean =>
  evidence.some((line) => line.endsWith("still holds"));

/** At least one reviewer is certainly of no author's family, or a person accepted that none is. */
export const isForeignJudged = ({ authors, judges, isAccepted }: Passed): boolean => {
  const foreign = judges.filter((families) =>
    families.every((family) => family !== UNKNOWN && !authors.has(family)),
  );
  return isAccepted || (foreign.length > 0 && !authors.has(UNKNOWN));
};
