/** A data folder whose disk takes no more, in whole runs: what is refused says so, and it goes on when there is room. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ERRORS, type EventBody, type RunEvent, type RunView } from "@tutti/protocol";
import { expect, it } from "vitest";
import type { Action } from "../../packages/tutti/src/agents/scripted/script.ts";
import type { DaemonClient } from "../../packages/tutti/src/client/daemon-client.ts";
import {
  conduct,
  createDaemon,
  type Daemon,
  ended,
  happened,
  jsonOf,
  proceed,
  startRun,
} from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { createProject, EMPTY_REVIEW, type Project } from "../fixtures/project.ts";

const DISK_MIB = 64;
const MIB = 1 << 20;
/** What the store needs for a few events, and less than a workspace needs. */
const LITTLE_BYTES = 3 * MIB;

const mount = (folder: string): boolean => {
  mkdirSync(folder, { recursive: true });
  const args = ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", folder];
  return spawnSync("mount", args).status === 0;
};

const canMount = ((): boolean => {
  using project = createProject({ agents: {} });
  const folder = join(project.folder, "data");
  const isMounted = mount(folder);
  if (isMounted) spawnSync("umount", [folder]);
  return isMounted;
})();
if (!canMount) process.stderr.write("skipped: full disk of the daemon (only root can mount one)\n");

type Stage = {
  readonly project: Project;
  readonly daemon: Daemon;
  /** Takes all room but so many bytes. */
  readonly fill: (leave: number) => void;
  readonly makeRoom: () => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const createStage = (does: readonly Action[]): Stage => {
  const project = createProject({
    files: { "large.bin": "x".repeat(2 * LITTLE_BYTES), "old.txt": "old\n" },
    agents: {
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [{ step: "implement", do: does }] },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "ls", timeout: "60s" } },
  });
  const data = join(project.folder, "data");
  mount(data);
  const ballast = join(data, "ballast");
  const daemon = createDaemon(project);
  return {
    project,
    daemon,
    fill: (leave) => {
      writeFileSync(ballast, "");
      for (;;) {
        const { bavail, bsize } = statfsSync(data);
        const bytes = Math.min(bavail * bsize - leave, MIB);
        if (bytes <= 0) return;
        appendFileSync(ballast, Buffer.alloc(bytes, 1));
      }
    },
    makeRoom: () => rmSync(ballast),
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      spawnSync("umount", ["--lazy", data]);
      project[Symbol.dispose]();
    },
  };
};

const DELETE: Action = { do: "delete", path: "old.txt" };

const eventsOf = (client: DaemonClient, run: string): Promise<readonly RunEvent[]> =>
  client.eventsOf(run, { after: 0, limit: 200 });

const isTurn = (body: EventBody): boolean =>
  body.type === "effect.requested" && body.effect.payload.kind === "agent.turn";

/** Its session was opened and is on disk. No event tells of it: it is looked for. */
const atWork = async (client: DaemonClient, session: string): Promise<void> => {
  const window = { from: 0, limit: 50 };
  const isAtWork = async (): Promise<boolean> =>
    (await client.transcript(session, window)).entries.some(({ kind }) => kind === "tool");
  while (!(await isAtWork())) await delay(10);
};

const expectMerged = (project: Project, view: RunView): void => {
  expect([view.outcome, view.text]).toEqual(["merged", "merged into main"]);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("ls-files")).not.toContain("old.txt");
  expect(project.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
};

it.skipIf(!canMount)(
  "a run that cannot be stored is refused, and nothing of it is anywhere",
  async () => {
    await using stage = createStage([DELETE]);
    const { daemon, project } = stage;
    await daemon.client.health();
    stage.fill(0);
    const refused = await daemon.tutti(["run", "Remove it.", "--workflow", "quick", "--json"]);
    expect(refused.code).toBe(1);
    expect(jsonOf(refused).error).toMatchObject({
      code: "disk.full",
      mend: expect.stringContaining("Free disk space"),
    });
    expect((await daemon.client.runs()).items).toEqual([]);
    expect(project.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");

    stage.makeRoom();
    const run = await startRun(daemon.client, project, { workflow: "quick" });
    const view = await conduct(daemon.client, run);
    await ended(daemon.client, run);
    expectMerged(project, view);
  },
);

it.skipIf(!canMount)(
  "a workspace that does not fit fails the run with the reason; after `tutti retry` it goes on",
  async () => {
    await using stage = createStage([DELETE]);
    const { daemon, project } = stage;
    await daemon.client.health();
    stage.fill(LITTLE_BYTES);
    const run = await startRun(daemon.client, project, { workflow: "quick" });
    const stuck = await conduct(daemon.client, run);
    expect(stuck.state).toBe("waiting");
    expect(stuck.attention).toMatchObject([
      { kind: "environment", asks: "The workspace could not be made", details: ["code disk.full"] },
    ]);
    expect(stuck.attention[0]?.answers.map(({ command }) => command)).toContain(
      `tutti retry ${run}`,
    );

    stage.makeRoom();
    expect((await daemon.tutti(["retry", run])).code).toBe(0);
    const view = await conduct(daemon.client, run);
    await ended(daemon.client, run);
    expectMerged(project, view);
  },
);

it.skipIf(!canMount)(
  "results that cannot be stored wait for room; what was shown stays, and what is asked is refused",
  async () => {
    await using stage = createStage([
      { do: "run", command: "until test -e go; do sleep 0.05; done; rm go" },
      DELETE,
    ]);
    const { daemon, project } = stage;
    const { client } = daemon;
    const run = await startRun(client, project, { workflow: "quick" });
    await happened(client, run, ({ body }) => body.type === "checks.ran" && body.on === "base");
    await atWork(client, `${run}/implement/1`);
    const before = await eventsOf(client, run);
    stage.fill(0);
    writeFileSync(join(daemon.data, "runs", run, "tree/go"), "");
    const refused = await daemon.tutti(["comment", run, "x".repeat(50_000), "--json"]);
    expect(refused.code).toBe(1);
    expect(jsonOf(refused).error.code).toBe("disk.full");
    const doctor = jsonOf(await daemon.tutti(["doctor", "--quick", "--json"]));
    expect(doctor.capabilities).toContainEqual({
      name: "disk",
      ok: false,
      detail: `0 MiB free for ${daemon.data}`,
      mend: ERRORS["disk.full"].mend,
    });
    const shown = jsonOf(await daemon.tutti(["show", run, "--json"]));
    expect([shown.outcome, shown.comments]).toEqual([null, []]);
    expect((await eventsOf(client, run)).slice(0, before.length)).toEqual(before);

    stage.makeRoom();
    const view = await conduct(client, run, (item) =>
      item.kind === "environment" ? { kind: "run.retry" } : proceed(item),
    );
    await ended(client, run);
    expectMerged(project, view);
    const events = await eventsOf(client, run);
    expect(events.slice(0, before.length)).toEqual(before);
    // The work was done once, however often its commit was tried.
    expect(events.filter(({ body }) => isTurn(body))).toHaveLength(1);
  },
);

/** Seconds that nobody else sleeps, so that the process is found. */
const SLEEP = "31415.9265";

it.skipIf(!canMount)(
  "the switch ends turns on a full disk too, and they begin again only when a person says so",
  async () => {
    await using stage = createStage([{ do: "run", command: `sleep ${SLEEP}` }, DELETE]);
    const { daemon, project } = stage;
    const { client } = daemon;
    const run = await startRun(client, project, { workflow: "quick" });
    await atWork(client, `${run}/implement/1`);
    await expect.poll(() => touching([SLEEP])).not.toEqual([]);
    const held = touching([SLEEP]);
    stage.fill(0);
    const refused = client.orderFleet("stop", { reason: "enough" });
    await expect(refused).rejects.toMatchObject({ code: "disk.full" });
    expect(await survivors(held, 2000)).toEqual([]);

    stage.makeRoom();
    const paused = await happened(client, run, ({ body }) => body.type === "run.paused");
    expect([paused.actor.kind, paused.body]).toMatchObject(["person", { reason: "enough" }]);
    await happened(client, run, ({ body }) => body.type === "step.reopened");
    const events = await eventsOf(client, run);
    expect(events.filter(({ body }) => isTurn(body))).toHaveLength(1);
    expect((await client.run(run)).state).toBe("paused");
  },
);

it.skipIf(!canMount)(
  "a daemon starts on a full disk, and records that the terminals of the one before are lost once it can",
  async () => {
    await using stage = createStage([{ do: "run", command: `sleep ${SLEEP}` }, DELETE]);
    const { daemon, project } = stage;
    const { client } = daemon;
    const run = await startRun(client, project, { workflow: "quick" });
    await atWork(client, `${run}/implement/1`);
    const { id } = await client.openTerminal(run, { rows: 24, columns: 80 });
    await daemon.kill();
    stage.fill(0);
    expect((await client.health()).status).toBe("ok");
    expect((await client.run(run)).outcome).toBeNull();

    stage.makeRoom();
    const closed = await happened(client, run, ({ body }) => body.type === "terminal.closed");
    expect(closed.body).toMatchObject({ terminal: id, reason: "lost" });
  },
);
