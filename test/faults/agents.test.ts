/** Agents that misbehave in a whole run: the step fails with the reason, and nothing is left of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunView } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import type { Action, Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, createDaemon, ended, startRun } from "../fixtures/daemon.ts";
import { survivors, touching } from "../fixtures/processes.ts";
import { createProject, EMPTY_REVIEW, type ProjectOptions } from "../fixtures/project.ts";

/** What an agent's process may take to be gone after its step has ended. */
const GONE_MS = 2_000;
/** Memory that the daemon may have used at its highest, in MiB: it holds no flood. */
const DAEMON_MIB_MAX = 400;

const WRITE: Action = { do: "append", path: "sum.mjs", content: "// done\n" };
const BYTES = 100 * 1024 * 1024;

type Trial = {
  readonly title: string;
  readonly does: readonly Action[];
  readonly config?: ProjectOptions["config"];
  /** In the reason of the failed step; the run is merged without it. */
  readonly reason?: RegExp;
};

const limits = (turnSeconds: number) => ({
  limits: { turnMinutes: turnSeconds / 60, silenceMinutes: turnSeconds / 60 },
});

const TRIALS: readonly Trial[] = [
  {
    title: "dies after a while",
    does: [{ do: "say", text: "I begin." }, { do: "sleep", ms: 200 }, { do: "crash" }],
    reason: /ended with signal SIGKILL before its turn was over/u,
  },
  {
    title: "exits with 0 in the middle of its turn",
    does: [{ do: "complain", text: "bye" }, { do: "exit" }],
    reason: /ended with exit code 0 before its turn was over. Its last words:\nbye/u,
  },
  {
    title: "says that it is done and did nothing",
    does: [{ do: "say", text: "Done." }],
    reason: /the attempt changed nothing/u,
  },
  {
    title: "never answers",
    does: [{ do: "hang" }],
    config: limits(1),
    reason: /sent nothing for|took longer than/u,
  },
  {
    title: "never answers and ignores SIGTERM",
    does: [{ do: "ignore-sigterm" }, { do: "hang" }],
    config: limits(1),
    reason: /sent nothing for|took longer than/u,
  },
  {
    title: "talks without end",
    does: [{ do: "stream", text: "and then ", updates: 100_000, everyMs: 20 }],
    config: limits(1),
    reason: /took longer than/u,
  },
  {
    title: "speaks no protocol",
    does: [{ do: "garbage", text: "hello?", times: 1000 }, WRITE],
    reason: /lines on its standard output that are not ACP messages/u,
  },
  {
    title: "sends one endless line",
    does: [{ do: "flood", bytes: BYTES, as: "line" }, WRITE],
    reason: /sent a message of more than/u,
  },
  {
    title: "floods with messages",
    does: [{ do: "flood", bytes: BYTES, as: "messages" }, WRITE],
    reason: /sent more than/u,
  },
  {
    title: "floods standard error",
    does: [{ do: "flood", bytes: BYTES, as: "stderr" }, WRITE],
    reason: /sent more than/u,
  },
  {
    title: "leaves a process behind and does its work",
    does: [{ do: "ignore-sigterm" }, { do: "double-fork", seconds: 600 }, WRITE],
  },
  {
    title: "leaves a process behind and dies",
    does: [{ do: "double-fork", seconds: 600 }, { do: "crash" }],
    reason: /ended with signal SIGKILL/u,
  },
];

/** The most memory that a process had, in MiB. */
const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const scriptOf = (does: readonly Action[]): Script => ({
  name: "alto",
  turns: [{ step: "implement", do: does }],
});

const optionsOf = ({ does, config }: Pick<Trial, "does" | "config">): ProjectOptions => ({
  agents: {
    alto: { family: "anthropic", script: scriptOf(does) },
    tenor: { family: "openai", script: EMPTY_REVIEW },
  },
  checks: { there: { run: "ls", timeout: "30s" } },
  ...(config === undefined ? {} : { config }),
});

const expectAsked = (view: RunView, reason: RegExp): void => {
  const [item] = view.attention;
  expect(view.state).toBe("waiting");
  expect(item?.step).toBe("implement");
  expect([item?.asks, ...(item?.details ?? [])].join("\n")).toMatch(reason);
  const commands = item?.answers.map(({ command }) => command) ?? [];
  expect(commands).toContain(`tutti retry ${view.run} implement`);
  expect(commands).toContain(`tutti cancel ${view.run}`);
};

const expectEnd = (view: RunView, reason: RegExp | undefined): void => {
  if (reason !== undefined) return expectAsked(view, reason);
  expect([view.outcome, view.text]).toEqual(["merged", "merged into main"]);
};

const CONFIG = {
  roles: { author: "alto", reviewer: [] },
  checks: { there: { run: "ls", timeout: "30s" } },
  ...limits(2),
};

describe.concurrent("an agent that", () => {
  for (const trial of TRIALS) {
    const end = trial.reason === undefined ? "is merged" : "fails its step with the reason";
    it(`${trial.title}: ${end}, and nothing is left of it`, async () => {
      using project = createProject(optionsOf(trial));
      await using daemon = createDaemon(project);
      const { client } = daemon;
      const run = await startRun(client, project, { workflow: "quick" });
      const view = await conduct(client, run);
      expectEnd(view, trial.reason);
      const pid = await daemon.pid();
      const others = touching([project.folder]).filter((one) => one.pid !== pid);
      expect(await survivors(others, GONE_MS)).toEqual([]);
      expect(peakMiB(pid)).toBeLessThan(DAEMON_MIB_MAX);
      if (view.finishedAt === null)
        await client.command(run, { kind: "run.cancel", reason: "seen" });
      await ended(client, run);
      expect(project.git("status", "--porcelain")).toBe("");
    });
  }
});

const start = async (command: readonly string[], text: string) => {
  const stack = new AsyncDisposableStack();
  const options = optionsOf({ does: [WRITE] });
  const project = stack.use(createProject(options));
  const agents = { alto: { command, family: "anthropic" } };
  project.commit({ ".tutti/config.yaml": JSON.stringify({ ...CONFIG, agents }) }, "agent");
  const daemon = stack.use(createDaemon(project));
  const run = await startRun(daemon.client, project, { workflow: "quick", text });
  return { stack, project, daemon, view: await conduct(daemon.client, run) };
};

describe.concurrent("an agent's command", () => {
  it("that is not there fails the step at once, with its name", async () => {
    const { stack, view } = await start(["no-such-agent", "--acp"], "Do it.");
    await using _ = stack;
    expectAsked(view, /The command `no-such-agent --acp` could not be started/u);
    expect(view.steps[0]?.attempts).toBe(1);
  });

  it("that is a shell gets nothing of the task typed into it", async () => {
    const text = "Do it.\ntouch typed\n$(touch typed) `touch typed`\n";
    const { stack, project, daemon, view } = await start(["/bin/sh"], text);
    await using _ = stack;
    expectAsked(view, /agent/u);
    expect(existsSync(join(daemon.data, "runs", view.run, "tree/typed"))).toBe(false);
    expect(existsSync(join(project.root, "typed"))).toBe(false);
  });

  it("is started as it is: no shell reads it", async () => {
    const { stack, project, daemon, view } = await start(
      ["true; touch typed", "&& touch typed"],
      "Do it.",
    );
    await using _ = stack;
    expectAsked(view, /could not be started/u);
    expect(existsSync(join(daemon.data, "runs", view.run, "tree/typed"))).toBe(false);
    expect(existsSync(join(project.root, "typed"))).toBe(false);
  });
});
