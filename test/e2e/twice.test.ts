/** A command whose answer was lost with the daemon is sent again, and is not done again. */
import { expect, it } from "vitest";
import { requestText } from "@tutti/client/transport";
import { socketTransport } from "../../packages/tutti/src/client/socket-transport.ts";
import { foldersOf, socketPath } from "../../packages/tutti/src/platform/paths.ts";
import { createDaemon, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";

it("a command with a key is done once, over a kill of the daemon", async () => {
  using project = createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [{ step: "implement", do: [{ do: "hang" }] }] },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  const transport = socketTransport({
    socketPath: socketPath(foldersOf(daemon.env), "daemon.sock"),
    version: null,
  });
  const send = (text: string): Promise<string> =>
    requestText(transport, {
      method: "POST",
      path: `/runs/${run}/commands`,
      headers: { "idempotency-key": "k-1" },
      body: {
        type: "application/json",
        text: JSON.stringify({ kind: "comment.add", on: "run", text }),
      },
    });
  const answer = await send("once");
  await daemon.kill();
  await client.health();
  await client.command(run, { kind: "comment.add", on: "run", text: "another" });
  expect(await send("once")).toBe(answer);
  await expect(send("other")).rejects.toMatchObject({ code: "request.key-reused" });
  const { comments } = await client.run(run);
  expect(comments.map(({ text }) => text)).toEqual(["once", "another"]);
  await client.command(run, { kind: "run.cancel", reason: "the test is over" });
});
