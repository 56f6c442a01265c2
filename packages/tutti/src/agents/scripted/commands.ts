/** Actions that run commands, each shown as a tool call with its output. */
// oxlint-disable-next-line no-restricted-imports -- this program stands for a foreign agent: its commands are its own, and it must start without the rest of Tutti.
import { spawn } from "node:child_process";
import type { Handlers, Stage } from "./stage.ts";
import { textBlock } from "./stage.ts";
import { CANCELLED } from "./talk.ts";

/** Output of one command that is kept and shown, in characters. */
const OUTPUT_MAX_CHARS = 64 * 1024;

type Ran = { readonly code: number; readonly output: string };

const COULD_NOT_START = 127;

const execute = (
  command: readonly [string, ...string[]],
  stage: Stage,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: stage.cwd,
      env: { ...stage.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      signal: stage.signal,
    });
    let output = "";
    const keep = (data: Buffer): void => {
      if (output.length < OUTPUT_MAX_CHARS)
        output += data.toString("utf8").slice(0, OUTPUT_MAX_CHARS - output.length);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) =>
      resolve({ code: COULD_NOT_START, output: `${output}${error.message}\n` }),
    );
    child.on("close", (code, signal) =>
      resolve({
        code: code ?? COULD_NOT_START,
        output: signal === null ? output : `${output}ended by ${signal}\n`,
      }),
    );
  });

const shown = async (title: string, stage: Stage, work: () => Promise<Ran>): Promise<number> => {
  const toolCallId = stage.nextTool();
  stage.update({
    sessionUpdate: "tool_call",
    toolCallId,
    title,
    kind: "execute",
    status: "in_progress",
    rawInput: { command: title },
  });
  const { code, output } = await work();
  const content = [{ type: "content", content: textBlock(`${output}exit code ${code}`) }];
  stage.update({
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: code === 0 ? "completed" : "failed",
    content,
    rawOutput: { exitCode: code },
  });
  return code;
};

const shell = (
  command: string,
  stage: Stage,
  env: Readonly<Record<string, string>> = {},
): Promise<number> => shown(command, stage, () => execute(["sh", "-c", command], stage, env));

export const commands = {
  run: async ({ command, env }, stage) => {
    await shell(command, stage, env);
    return stage.signal.aborted ? CANCELLED : null;
  },
  commit: async ({ message }, stage) => {
    const code = await shown(`git commit: ${message}`, stage, async () => {
      const added = await execute(["git", "add", "-A"], stage);
      return added.code === 0 ? execute(["git", "commit", "-q", "-m", message], stage) : added;
    });
    return code === 0
      ? null
      : { refuse: { code: -32_603, message: `commit: git ended with code ${code}` } };
  },
  if: async ({ run, yes = [], no = [] }, stage) =>
    stage.perform((await shell(run, stage)) === 0 ? yes : no),
  "double-fork": async ({ seconds }, stage) => {
    await execute(["sh", "-c", `setsid sleep ${seconds} >/dev/null 2>&1 </dev/null &`], stage);
    return null;
  },
} satisfies Partial<Handlers>;
