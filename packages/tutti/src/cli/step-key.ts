/** A step that a person named, as the run knows it. */
import type { RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { suggest } from "../documents/suggest.ts";

type Key = RunView["steps"][number]["id"];

/** Throws `step.unknown` with what was probably meant. */
export function stepKey({ run, steps }: RunView, name: string): Key {
  const step = steps.find(({ id }) => id === name);
  if (step !== undefined) return step.id;
  const hint = suggest(
    name,
    steps.map(({ id }) => id),
  );
  throw new TuttiError("step.unknown", `${run} has no step ${name}. ${hint}`.trimEnd());
}
