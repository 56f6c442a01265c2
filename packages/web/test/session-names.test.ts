import { StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import { sessionNames } from "../src/features/run/session-names.ts";

const of = (session: string, step: string | null, agent: string | null) => ({
  session,
  step: step === null ? null : StepKey.parse(step),
  attempt: step === null ? null : 1,
  agent,
});

it("sessions of one agent in one attempt are told apart in their list, and others keep their names", () => {
  const names = sessionNames([
    of("r-1/setup", null, null),
    of("r-1/build/1", "build", "alto"),
    of("r-1/review/tenor/1.1", "review", "tenor"),
    of("r-1/review/basso/1.1", "review", "basso"),
    of("r-1/review/tenor/1.2", "review", "tenor"),
  ]);
  expect([...names.values()]).toEqual([
    "setup",
    "build · attempt 1 · alto",
    "review · attempt 1 · tenor · session 1",
    "review · attempt 1 · basso",
    "review · attempt 1 · tenor · session 2",
  ]);
});
