/** An agent asks a person something by a form, in the middle of its turn. */
import { expect, it } from "vitest";
import type { Action, Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, createDaemon, ended, happened, jsonOf, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";

const ASK: Action = {
  do: "elicit",
  message: "Which engine is the table for?",
  schema: {
    properties: {
      engine: {
        type: "string",
        title: "Engine",
        oneOf: [
          { const: "sqlite", title: "SQLite", description: "One file" },
          { const: "postgres", title: "PostgreSQL" },
        ],
      },
      rows: { type: "integer", title: "Rows", minimum: 1, maximum: 100, default: 10 },
    },
    required: ["engine"],
  },
  accept: [{ do: "write", path: "answer.txt", content: "as asked\n" }],
  decline: [{ do: "write", path: "answer.txt", content: "my own\n" }],
};

const asking = (turns: Script["turns"], review: Script = EMPTY_REVIEW) =>
  createProject({
    agents: {
      alto: { family: "anthropic", script: { name: "alto", turns } },
      tenor: { family: "openai", script: review },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
  });

it("a question is shown with its form, answered or left to the agent, and what breaks its rules is refused", async () => {
  using project = asking([{ step: "implement", do: [ASK] }]);
  await using daemon = createDaemon(project);
  const { tutti, client } = daemon;
  const asked = await tutti(["run", "Make it", "--workflow", "quick", "--wait", "--json"]);
  expect(asked.code).toBe(3);
  const { run, attention } = jsonOf(asked);
  expect(attention[0]).toMatchObject({
    kind: "question",
    asks: "Which engine is the table for?",
    fields: [{ name: "engine", kind: "choice" }, { name: "rows" }],
  });
  const { stdout } = await tutti(["show", run]);
  expect(stdout).toContain("1. Engine (one of)");
  expect(stdout).toContain("- sqlite: SQLite (One file)");
  expect(stdout).toContain("2. Rows (whole number from 1 to 100, may be left out; proposed: 10)");

  const wrong = await tutti(["answer", run, "1=sqlite", "2=1000", "--json"]);
  expect([wrong.code, jsonOf(wrong).error.code]).toEqual([2, "question.invalid"]);
  expect(jsonOf(wrong).error.message).toContain("rows takes at most 100");
  const unknown = await tutti(["answer", run, "q-unknown", "--json"]);
  expect([unknown.code, jsonOf(unknown).error.code]).toEqual([5, "question.unknown"]);
  expect((await tutti(["answer", run, "1=postgresql"])).code).toBe(0);
  expect((await tutti(["answer", run, "1=sqlite", "--json"])).code).toBe(5);
  expect((await tutti(["watch", run, "--json"])).code).toBe(0);
  expect(project.git("show", "main:answer.txt")).toBe("as asked");
  const { entries } = await client.transcript(`${run}/implement/1`, { from: 0, limit: 100 });
  expect(JSON.stringify(entries)).toContain(
    JSON.stringify('answered: {"engine":"postgres","rows":10}').slice(1, -1),
  );
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: "question", answer: "Engine: PostgreSQL, Rows: 10" }),
  );

  const again = jsonOf(await tutti(["run", "Again", "--workflow", "quick", "--wait", "--json"]));
  expect((await tutti(["answer", again.run, "--decline", "--wait"])).code).toBe(0);
  expect(project.git("show", "main:answer.txt")).toBe("my own");
});

it("a question is void with its process, and what is answered later is told to the next attempt", async () => {
  using project = asking([
    {
      step: "implement",
      prompt: "To your question:.> Which engine.*Engine: SQLite",
      do: [{ do: "write", path: "answer.txt", content: "as told later\n" }],
    },
    { step: "implement", do: [ASK] },
  ]);
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  await happened(client, run, ({ body }) => body.type === "question.asked");
  const [question] = (await client.run(run)).questions;
  // Nothing new starts, so that the answer comes between the attempts.
  await client.command(run, { kind: "run.pause", reason: "lunch" });
  await daemon.kill();
  await client.health();
  const view = await client.run(run);
  expect([view.questions, view.attention]).toEqual([[], []]);
  expect((await tutti(["answer", run, question?.id ?? "", "1=sqlite"])).code).toBe(0);
  await client.command(run, { kind: "run.resume" });
  await conduct(client, run);
  await ended(client, run);
  expect(project.git("show", "main:answer.txt")).toBe("as told later");
});

it("a question of a prompt that a person interrupts is void at once, and its answer is told in the same turn", async () => {
  const later: Action = { ...ASK, message: "And now?" };
  using project = asking([
    {
      step: "implement",
      prompt: "To your question:.> Which engine.*Engine: SQLite",
      do: [{ do: "write", path: "answer.txt", content: "as told later\n" }],
    },
    { step: "implement", prompt: "wait a moment", do: [later] },
    { step: "implement", do: [ASK] },
  ]);
  await using daemon = createDaemon(project);
  const { client, tutti } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  await happened(client, run, ({ body }) => body.type === "question.asked");
  const [question] = (await client.run(run)).questions;
  expect((await tutti(["tell", run, "wait a moment", "--now"])).code).toBe(0);
  await happened(client, run, ({ body }) => {
    return body.type === "question.asked" && body.message === "And now?";
  });
  const { attention } = await client.run(run);
  expect(attention.map(({ asks }) => asks)).toEqual(["And now?"]);
  expect((await tutti(["answer", run, question?.id ?? "", "1=sqlite"])).code).toBe(0);
  expect((await tutti(["answer", run, "--decline"])).code).toBe(0);
  await ended(client, run);
  expect(project.git("show", "main:answer.txt")).toBe("as told later");
  const { entries } = await client.transcript(`${run}/implement/1`, { from: 0, limit: 100 });
  expect(entries.filter(({ kind }) => kind === "opened")).toHaveLength(1);
});

it("a reviewer's question goes unanswered at once: nobody is asked, and its transcript says why", async () => {
  const [turn] = EMPTY_REVIEW.turns;
  using project = asking(
    [{ step: "implement", do: [{ do: "write", path: "answer.txt", content: "done\n" }] }],
    {
      ...EMPTY_REVIEW,
      turns: [{ ...turn, do: [{ ...ASK, accept: [], decline: [] }, ...(turn?.do ?? [])] }],
    },
  );
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  await ended(client, run);
  expect((await client.run(run)).outcome).toBe("merged");
  const events = await client.eventsOf(run, { after: 0, limit: 200 });
  expect(events.map(({ body }) => body.type)).not.toContain("question.asked");
  const { entries } = await client.transcript(`${run}/rival-review/tenor/1.1`, {
    from: 0,
    limit: 100,
  });
  expect(entries).toContainEqual(
    expect.objectContaining({
      kind: "question",
      answer: "left to the agent",
      rule: "a reviewer judges alone",
    }),
  );
});
