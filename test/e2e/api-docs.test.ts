/** The page about the interface: all of its examples, in their order, against a daemon whose agent is at work. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { requestText, type Transport } from "@tutti/client/transport";
import { socketTransport } from "../../packages/tutti/src/client/socket-transport.ts";
import { foldersOf, socketPath } from "../../packages/tutti/src/platform/paths.ts";
import { ANSWERS } from "../../packages/tutti/src/server/openapi/schemas.ts";
import { createDaemon, type Daemon, ended } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW, REPOSITORY } from "../fixtures/project.ts";

const PAGE = join(REPOSITORY, "docs/api.md");
const EXAMPLES_TAKE_MS = 60_000;
/** Examples about what an agent does need one that has said something. */
const UNTIL_IT_SPEAKS = `until api /fleet | jq -e '.items[0].total > 1' > said.txt; do sleep 0.1; done`;

/** Blocks by the heading that they stand below. */
const examplesOf = (page: string) =>
  page.split(/^## /mu).flatMap((section) => {
    const [heading = ""] = section.split("\n");
    return [...section.matchAll(/^```sh\n(.*?)^```/gmsu)].map(([, code = ""]) => {
      return { heading, code };
    });
  });

/** The script of the page's own client, as a program outside the daemon would run it. */
const runScript = async (page: string, daemon: Daemon): Promise<string> => {
  const [, code = ""] = /^```js\n(.*?)^```/msu.exec(page) ?? [];
  const { port } = await daemon.client.webLink();
  const { id, token } = await daemon.client.createToken({ name: "example", days: 1 });
  // Beside the packages that it imports.
  const folder = mkdtempSync(join(REPOSITORY, ".cache/api-docs-"));
  try {
    const file = join(folder, "example.mjs");
    writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file], {
      timeout: EXAMPLES_TAKE_MS,
      env: { ORIGIN: `http://127.0.0.1:${port}`, TOKEN: token },
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
    await daemon.client.removeToken(id);
  }
};

/** What a real daemon answers about a real run is what its description says, with nothing besides. */
const expectDescribed = async (
  transport: Transport,
  { run, project }: { readonly run: string; readonly project: string },
): Promise<void> => {
  const described = new Map<string, keyof typeof ANSWERS>([
    [`/runs/${run}`, "RunView"],
    [`/runs/${run}/events`, "RunEventList"],
    [`/runs/${run}/sessions`, "SessionList"],
    [`/sessions/${encodeURIComponent(`${run}/implement/1`)}/transcript`, "TranscriptWindow"],
    [`/project?path=${encodeURIComponent(project)}`, "ProjectView"],
    [`/agents?path=${encodeURIComponent(project)}`, "AgentsReport"],
    ["/runs", "RunPage"],
    ["/search?q=sum", "SearchResult"],
    ["/audit", "AuditPage"],
    ["/usage?by=agent", "UsageReport"],
    ["/fleet", "Fleet"],
    ["/projects", "ProjectList"],
  ]);
  for (const [path, name] of described) {
    const answer = JSON.parse(await requestText(transport, { path }));
    expect({ path, answer: ANSWERS[name].parse(answer) }).toEqual({ path, answer });
  }
};

it("every example of the page about the interface does what it says", async () => {
  using project = createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [{ step: "implement", do: [{ do: "say", text: "I begin." }, { do: "hang" }] }],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  await daemon.client.health();
  const socket = socketPath(foldersOf(daemon.env), "daemon.sock");
  const examples = examplesOf(readFileSync(PAGE, "utf8"));
  expect(examples.length).toBeGreaterThan(12);
  const script = examples.map(({ heading, code }, index) => {
    const isFirst = examples[index - 1]?.heading !== heading;
    const before = isFirst && heading === "What agents do" ? UNTIL_IT_SPEAKS : "";
    return `${before}\necho '== ${heading}'\n${code}`;
  });
  const { stdout } = await promisify(execFile)(
    "bash",
    ["-euo", "pipefail", "-c", script.join("\n")],
    {
      cwd: project.folder,
      timeout: EXAMPLES_TAKE_MS,
      env: {
        ...daemon.env,
        PROJECT: project.root,
        SOCKET: socket,
      },
    },
  );
  const outputs = (heading: string): string[] =>
    stdout
      .split("== ")
      .filter((part) => part.startsWith(`${heading}\n`))
      .map((part) => part.slice(heading.length + 1).trim());

  expect(ANSWERS.Health.parse(JSON.parse(outputs("Where it is")[0] ?? "")).status).toBe("ok");
  const [offer, , tasks] = outputs("A task");
  expect(JSON.parse(offer ?? "")).toMatchObject({ target: "main", workflow: "spec-first" });
  expect(tasks).toContain('"Add sum.mjs"');
  const [work = "", stopped = ""] = outputs("What agents do");
  expect(work).toContain("I begin.");
  expect(work).toContain('"text"');
  const page = await daemon.client.runs({});
  const run = page.items[0]?.id ?? "none";
  // Once for each of the two requests: the run that was stopped, and that went on.
  expect(stopped.match(new RegExp(run, "gu"))).toHaveLength(2);
  expect(Number(outputs("Events")[0])).toBeGreaterThan(3);
  expect(outputs("Asking less")[0]).toBe("304");
  expect(JSON.parse(outputs("Errors")[0] ?? "")).toMatchObject({ code: "run.unknown" });
  expect(await daemon.client.tokens()).toEqual([]);
  expect((await runScript(readFileSync(PAGE, "utf8"), daemon)).split("\n")).toEqual([
    `${run} Add sum.mjs`,
    "List the runs with `tutti tasks`.",
    "run.started",
    "",
  ]);
  await ended(daemon.client, run);
  const { items } = await daemon.client.runs({});
  expect(items).toMatchObject([{ state: "cancelled", title: "Add sum.mjs" }]);
  await expectDescribed(socketTransport({ socketPath: socket, version: null }), {
    run,
    project: project.root,
  });
});
