/** The daemon is killed while it does to a candidate what a person asked: the next one does it, once. */
import { existsSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import type { PersonCommand, RunEvent, RunId } from "@tutti/protocol";
import { expect, it } from "vitest";
import {
  conduct,
  createDaemon,
  type Daemon,
  ended,
  proceed,
  startRun,
} from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";
import { SIGNED } from "../fixtures/signed.ts";

const EVENTS_MAX = 200;

const createStage = () =>
  createProject({
    files: { "old.txt": "old\n" },
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            {
              step: "implement",
              do: [
                { do: "write", path: "wanted.txt", content: "wanted\n" },
                { do: "write", path: "stray.txt", content: "stray\n" },
              ],
            },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e old.txt", timeout: "60s" } },
    workflows: { signed: SIGNED },
  });

/** As far as the last word about the candidate. */
const waiting = (daemon: Daemon, run: RunId) =>
  conduct(daemon.client, run, (item) => (item.step === "approve-merge" ? null : proceed(item)));

/** Resolves once something below a folder changes whose name says so. */
const changed = async (folder: string, name: RegExp): Promise<void> => {
  const seen = Promise.withResolvers<void>();
  const watching = watch(folder, { recursive: true }, (_event, file) => {
    if (file !== null && name.test(file)) seen.resolve();
  });
  await seen.promise.finally(() => watching.close());
};

/** Where the daemon is in the work when it is killed. */
type Sign = { readonly below: "runs" | "projects"; readonly name: RegExp } | null;
const MOMENTS: Readonly<Record<string, Sign>> = {
  "it is accepted": null,
  "its tree is made": { below: "runs", name: /leave-out-\w+$/u },
  "its commit is kept": { below: "projects", name: /refs\/tutti\/.*\/head$/u },
};

const edits = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap(({ body }) =>
    (body.type === "checkpoint.created" && body.leftOut !== undefined) ||
    body.type === "candidate.restored"
      ? [body.type]
      : [],
  );

it.each(Object.entries(MOMENTS))(
  "SIGKILL while a file is left out, when %s: it is left out once, and so is its taking back",
  async (_moment, sign) => {
    using project = createStage();
    await using daemon = createDaemon(project);
    const { client } = daemon;
    const run = await startRun(client, project, { workflow: "signed" });
    const whole = (await waiting(daemon, run)).candidate;
    if (whole === null) throw new Error("there is a candidate");

    const killIn = async (command: PersonCommand, moment: Sign): Promise<void> => {
      const kill = await daemon.aim();
      const come = moment === null ? null : changed(join(daemon.data, moment.below), moment.name);
      const answered = client.command(run, command);
      await (come ?? answered);
      await kill();
      await answered.catch(() => undefined);
    };
    const files = [{ path: "stray.txt", hunks: null }];
    await killIn({ kind: "hunks.leave-out", candidate: whole.commit, files }, sign);
    const left = await waiting(daemon, run);
    expect(left.leftOut).toHaveLength(1);
    expect(left.candidate?.tree).not.toBe(whole.tree);
    const tree = join(daemon.data, "runs", run, "tree");
    expect([existsSync(join(tree, "stray.txt")), existsSync(join(tree, "wanted.txt"))]).toEqual([
      false,
      true,
    ]);

    if (left.candidate === null) throw new Error("there is a candidate");
    const back = { kind: "hunks.put-back", candidate: left.candidate.commit } as const;
    await killIn(back, sign?.below === "runs" ? null : sign);
    const again = await waiting(daemon, run);
    expect([again.candidate, again.leftOut]).toEqual([whole, []]);
    expect(existsSync(join(tree, "stray.txt"))).toBe(true);
    expect(edits(await client.eventsOf(run, { after: 0, limit: EVENTS_MAX }))).toEqual([
      "checkpoint.created",
      "candidate.restored",
    ]);
    const view = await conduct(client, run);
    await ended(client, run);
    expect(view.outcome).toBe("merged");
    expect(project.git("ls-files").split("\n")).toContain("stray.txt");
    expect(readdirSync(join(daemon.data, "runs"))).toEqual([]);
  },
);
