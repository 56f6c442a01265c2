/** A program for the tests of the merge: applies a landing and is killed at the named point. */
import { createSandbox } from "../../src/workspace/sandbox/sandbox.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";

const [, , text = "{}"] = process.argv;
const job = JSON.parse(text);
const { workspaces } = createWorkspaces({
  dataDir: job.data,
  sandbox: createSandbox({ dataFolder: job.data }),
  environment: { PATH: process.env["PATH"], HOME: job.home },
  onApplyPoint: (point) => {
    if (point === job.point) process.kill(process.pid, "SIGKILL");
  },
});
await workspaces.apply(job.source, job.options);
