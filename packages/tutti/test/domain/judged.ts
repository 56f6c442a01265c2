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

type Story = {
  /** Turns that write, by effect: who is at them. */
  writing: Map<string, string>;
  wrote: Set<string>;
  committed: Set<string>;
  seated: readonly string[];
  isAccepted: boolean;
  judges: Map<string, EventOf<"turn.ended">>;
};

const isWriter = (step: string): boolean => /^(?:build|migrate)/u.test(step);

const noteEffect = (story: Story, body: EventOf<"effect.requested" | "effect.cancelled">): void => {
  if (body.type === "effect.cancelled") {
    const agent = story.writing.get(body.effect);
    if (agent !== undefined) story.wrote.add(DECLARED[agent] ?? UNKNOWN);
    return;
  }
  const { id, payload, notBefore } = body.effect;
  if (payload.kind === "agent.turn" && isWriter(payload.step) && notBefore === null)
    story.writing.set(id, payload.agent);
};

const noteTurn = (story: Story, body: EventOf<"turn.ended">): void => {
  if (body.step === REVIEW && body.cancelled === undefined) story.judges.set(body.agent, body);
  if (!isWriter(body.step) || (body.wasPrompted === false && body.served.length === 0)) return;
  for (const family of familiesOf(body)) story.wrote.add(family);
};

const noteCheckpoint = (story: Story, body: EventOf<"checkpoint.created">): void => {
  if (body.changed.length === 0) return;
  for (const family of story.wrote) story.committed.add(family);
  if (body.step === null) story.committed.add("human");
  story.wrote.clear();
};

const note = (story: Story, body: EventBody): void => {
  switch (body.type) {
    case "effect.requested":
    case "effect.cancelled":
      return noteEffect(story, body);
    case "turn.ended":
      return noteTurn(story, body);
    case "checkpoint.created":
      return noteCheckpoint(story, body);
    case "reviewers.chosen":
      story.seated = body.reviewers;
      return undefined;
    case "degraded.accepted":
      story.isAccepted = true;
      return undefined;
    default:
      return undefined;
  }
};

/** Every pass of the review with who wrote and who judged by then, from nothing but what happened. */
export function judgedPasses(bodies: readonly EventBody[]): Passed[] {
  const story: Story = {
    writing: new Map(),
    wrote: new Set(),
    committed: new Set(),
    seated: [],
    isAccepted: false,
    judges: new Map(),
  };
  return bodies.flatMap((body) => {
    note(story, body);
    if (body.type !== "step.passed" || body.step !== REVIEW || isRenewed(body)) return [];
    const turns = story.seated.flatMap((name) => story.judges.get(name) ?? []);
    return [
      {
        authors: new Set(story.committed),
        judges: turns.map((turn) => familiesOf(turn)),
        isAccepted: story.isAccepted,
        isMetered: turns.some(({ served }) => served.length > 0),
      },
    ];
  });
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
