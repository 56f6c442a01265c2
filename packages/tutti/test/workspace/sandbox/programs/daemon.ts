/** A daemon that launches one command and waits, to be killed. Prints the pids it knows. */
import type { LaunchSpec } from "../../../../src/engine/ports/sandbox.ts";
import { createSandbox } from "../../../../src/workspace/sandbox/sandbox.ts";

type Task = { readonly dataFolder: string; readonly spec: LaunchSpec };

const task: Task = JSON.parse(process.argv[2] ?? "");
const running = await createSandbox({ dataFolder: task.dataFolder }).launch(task.spec);
running.stdout.once("data", () => process.stdout.write(`${running.pid}\n`));
await running.exited;
