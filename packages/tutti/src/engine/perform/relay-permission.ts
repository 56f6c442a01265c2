/** A permission that an agent asks for, on its way: to the rules first, and to a person when they do not say. */
import { type RememberedAnswer, TuttiError } from "@tutti/protocol";
import { judge, optionFor, type Ruling } from "../../domain/permission-rules.ts";
import { stepState } from "../../domain/steps.ts";
import type { AgentEvent, Session } from "../ports/agents.ts";
import type { Place } from "../ports/place.ts";
import type { Work } from "./context.ts";

type Asked = Extract<AgentEvent, { kind: "permission" }>;
type Turn = Work<"agent.turn"> | Work<"review.turn">;
type To = {
  readonly session: Session;
  readonly place: Place;
  /** For the transcript. */
  readonly note: (text: string) => void;
};

/** What cannot be read answers nothing: the person is asked, who finds out why. */
const ofProject = ({ deps, state }: Turn, { note }: To): readonly RememberedAnswer[] => {
  try {
    return deps.answers.of(state.project.id);
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    note(
      `What was answered before for this project does not count: ${error.message} ${error.mend}`,
    );
    return [];
  }
};

/** By the document of this moment: what was answered a second ago counts already. */
const rulingOn = (work: Turn, { title, facts }: Asked, to: To): Ruling => {
  const { payload, taken } = work;
  const state = taken.document(work.state.id) ?? work.state;
  return judge(
    { title, facts },
    {
      rules: state.policy.config.permissions ?? [],
      remembered: [...ofProject(work, to), ...state.remembered],
      root: to.place.root,
      isolation: state.policy.isolation,
      step: payload.step,
      attempt: stepState(state, payload.step).attempts.at(-1)?.number ?? payload.attempt,
    },
  );
};

export const relayPermission = async (work: Turn, event: Asked, to: To): Promise<void> => {
  const { deps, effect, signal } = work;
  const { session } = to;
  const { title, detail, options, facts, gone } = event;
  try {
    const { answer, by } = rulingOn(work, event, to);
    const option = answer === "ask" ? null : optionFor(options, answer);
    // A denial that the agent does not offer ends its request all the same.
    if (option !== null || answer === "deny") {
      session.answer(event.id, option?.id ?? null, by);
      return;
    }
    const asked = { effect, title, detail, options, facts };
    session.answer(event.id, await work.ask(asked, { signal, gone }));
  } catch (error) {
    deps.log("a permission could not be asked; it is answered with no", { error: String(error) });
    session.answer(event.id, null);
  }
};
