/** A question that cannot be recorded is not asked, and its agent does not wait for it. */
import { TuttiError } from "@tutti/protocol";
import { expect, it } from "vitest";
import { relayQuestion } from "../../src/engine/perform/relay-question.ts";

it("an agent whose question cannot be stored goes on without an answer, and the log says so", async () => {
  const given: unknown[] = [];
  const said: string[] = [];
  const { signal } = new AbortController();
  await relayQuestion(
    {
      deps: {
        log: (message: string, facts: unknown) => said.push(`${message} ${JSON.stringify(facts)}`),
      },
      payload: { kind: "agent.turn" },
      signal,
      askQuestion: () => Promise.reject(new TuttiError("disk.full", "There is no room left.")),
    } as never,
    { kind: "question", id: "question-1", message: "?", fields: [], gone: signal },
    { answerQuestion: (...answer: unknown[]) => given.push(answer) } as never,
  );
  expect(given).toEqual([
    ["question-1", { action: "decline", values: {} }, "it could not be asked"],
  ]);
  expect(said).toEqual([expect.stringContaining("There is no room left.")]);
});
