/** Questions by forms, which every adapter passes on the same. */
import { describe, expect } from "vitest";
import type { AgentEvent } from "../../../packages/tutti/src/engine/ports/agents.ts";
import { codeOf, doing, entriesOf, PROMPT, type RigTest, textOf, turn } from "./rig.ts";

export const describeQuestions = (name: string, it: RigTest): void => {
  describe.concurrent(`${name}: questions`, () => {
    const asking = doing({
      do: "elicit",
      message: "Which engine?",
      schema: {
        properties: { engine: { type: "string", enum: ["sqlite", "postgres"] } },
        required: ["engine"],
      },
      accept: [{ do: "say", text: " and done" }],
      decline: [{ do: "say", text: "my own choice" }],
    });

    it("passes an answer on to the agent, and keeps it in words", async ({ rig }) => {
      await using session = await rig.session(asking);
      const events = await turn(session, PROMPT, {
        questions: ({ message, fields }) => {
          expect([message, fields]).toMatchObject([
            "Which engine?",
            [{ kind: "choice", name: "engine", isRequired: true }],
          ]);
          return { action: "accept", values: { engine: "sqlite" } };
        },
      });
      expect(textOf(events)).toBe('answered: {"engine":"sqlite"} and done');
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({ kind: "question", answer: "engine: sqlite" }),
      );
    });

    it("lets the agent go on without an answer, or ends the turn with its question", async ({
      rig,
    }) => {
      await using session = await rig.session(asking);
      const declined = await turn(session, PROMPT, {
        questions: () => ({ action: "decline", values: {} }),
      });
      expect(textOf(declined)).toBe("my own choice");
      expect(codeOf(await turn(session, PROMPT, { questions: () => null }))).toBe(
        "ended: cancelled",
      );
    });

    it("stops both clocks while a person is asked", async ({ rig }) => {
      await using session = await rig.session(asking, {
        limits: { turnMs: 3000, silenceMs: 3000 },
      });
      const events: AgentEvent[] = [];
      for await (const event of session.prompt(PROMPT, { signal: new AbortController().signal })) {
        events.push(event);
        if (event.kind !== "question") continue;
        const answer = { action: "accept", values: { engine: "postgres" } } as const;
        setTimeout(() => session.answerQuestion(event.id, answer), 3500);
      }
      expect(codeOf(events)).toBe("ended: end_turn");
      expect(session.ranMs()).toBeLessThan(3000);
    });

    it("answers with no what cannot be shown as a form, and says why", async ({ rig }) => {
      await using session = await rig.session(
        doing({
          do: "elicit",
          message: "Draw it",
          schema: { properties: { picture: { type: "drawing" } }, required: ["picture"] },
          decline: [{ do: "say", text: "in words, then" }],
        }),
      );
      const events = await turn(session, PROMPT);
      expect(textOf(events)).toBe("in words, then");
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({
          kind: "question",
          answer: "left to the agent",
          rule: expect.stringContaining("cannot be shown"),
        }),
      );
    });

    it("tells that the agent waits no more for an answer that it took back, though its turn goes on", async ({
      rig,
    }) => {
      const params = { sessionId: "s", mode: "form", message: "First?", requestedSchema: {} };
      const first = { jsonrpc: "2.0", id: "first", method: "elicitation/create", params };
      await using session = await rig.session(
        doing(
          { do: "garbage", text: JSON.stringify(first) },
          { do: "notify", method: "$/cancel_request", params: { requestId: "first" } },
          { do: "elicit", message: "Second?", schema: {}, accept: [{ do: "say", text: "on" }] },
        ),
      );
      const gone = new Map<string, AbortSignal>();
      const wereGone: boolean[] = [];
      for await (const event of session.prompt(PROMPT, { signal: new AbortController().signal })) {
        if (event.kind !== "question") continue;
        gone.set(event.message, event.gone);
        if (event.message !== "Second?") continue;
        wereGone.push(...[...gone.values()].map(({ aborted }) => aborted));
        session.answerQuestion(event.id, { action: "accept", values: {} });
      }
      expect([[...gone.keys()], wereGone]).toEqual([
        ["First?", "Second?"],
        [true, false],
      ]);
    });

    it("refuses a mode that it does not offer, and the agent goes on", async ({ rig }) => {
      const params = {
        sessionId: "s",
        mode: "url",
        message: "?",
        url: "http://x",
        elicitationId: "e",
      };
      await using session = await rig.session(
        doing({ do: "request", method: "elicitation/create", params }),
      );
      const events = await turn(session, PROMPT);
      expect(textOf(events)).toContain('"error"');
    });
  });
};
