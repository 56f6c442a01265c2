/** Real agents that ask a person in mid-turn: their form, and what their model is told of the answer. */
import { expect, it } from "vitest";
import type { AgentEvent } from "../../packages/tutti/src/engine/ports/agents.ts";
import { codeOf, doing, entriesOf, PROMPT, turn } from "../conformance/agents/rig.ts";
import { REAL_AGENTS } from "../fixtures/real-agents.ts";
import { createRealRig } from "./rig.ts";

const QUESTION = {
  question: "Which engine is the table for?",
  header: "Engine",
  multiSelect: false,
  options: [
    { label: "SQLite", description: "One file, nothing to run" },
    { label: "PostgreSQL", description: "A server" },
  ],
};

// The others have no tool that asks: theirs are permissions.
it.runIf(REAL_AGENTS.includes("claude-code"))(
  "claude-code asks by a form, and its model is told the answer, or that there is none",
  async () => {
    await using rig = await createRealRig("claude-code");
    await using session = await rig.session(
      doing(rig.call("^AskUserQuestion$", { questions: [QUESTION] })),
    );
    const asked: Extract<AgentEvent, { kind: "question" }>[] = [];
    const events = await turn(session, PROMPT, {
      questions: (question) => {
        asked.push(question);
        const [choice] = question.fields;
        return { action: "accept", values: { [choice?.name ?? ""]: "PostgreSQL" } };
      },
    });
    expect(codeOf(events)).toBe("ended: end_turn");
    expect(asked).toMatchObject([
      {
        message: QUESTION.question,
        fields: [
          {
            kind: "choice",
            title: "Engine",
            isRequired: false,
            choices: [
              { value: "SQLite", about: "One file, nothing to run" },
              { value: "PostgreSQL", about: "A server" },
            ],
          },
          { kind: "text", title: "Other" },
        ],
      },
    ]);
    expect(rig.told(events)).toMatch(/Which engine[^}]*PostgreSQL/u);
    expect(entriesOf(events)).toContainEqual(
      expect.objectContaining({ kind: "question", answer: "Engine: PostgreSQL" }),
    );

    const declined = await turn(session, `${PROMPT}\nOnce more.`, {
      questions: () => ({ action: "decline", values: {} }),
    });
    expect(codeOf(declined)).toBe("ended: end_turn");
    expect(entriesOf(declined)).toContainEqual(
      expect.objectContaining({ kind: "question", answer: "left to the agent" }),
    );
  },
);
