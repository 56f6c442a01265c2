/** Stands in for the daemon: launches one command as told by its argument and ends with its code. */
import { TuttiError } from "@tutti/protocol";
import type { LaunchSpec } from "../../../packages/tutti/src/engine/ports/sandbox.ts";
import { createSandbox } from "../../../packages/tutti/src/workspace/sandbox/sandbox.ts";

export type Task = {
  readonly dataFolder: string;
  readonly spec: Omit<LaunchSpec, "onEgress">;
};

const task: Task = JSON.parse(process.argv[2] ?? "");
const sandbox = createSandbox({ dataFolder: task.dataFolder });
try {
  const running = await sandbox.launch(task.spec);
  if (task.spec.terminal !== true) {
    running.stdout.pipe(process.stdout);
    running.stderr.pipe(process.stderr);
    running.stdin.end();
  }
  const { code } = await running.exited;
  process.exitCode = code ?? 1;
} catch (error) {
  process.stderr.write(
    `${error instanceof TuttiError ? `${error.code}: ${error.message}` : String(error)}\n`,
  );
  process.exitCode = 99;
}
