/** A program for the tests of the life cycle: disposes of a run, to be killed while it does. */
import { createSandbox } from "../../src/workspace/sandbox/sandbox.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";

const [, , text = "{}"] = process.argv;
const job = JSON.parse(text);
const { workspaces } = createWorkspaces({
  dataDir: job.data,
  sandbox: createSandbox({ dataFolder: job.data }),
  environment: { PATH: process.env["PATH"], HOME: job.home },
});
await workspaces.dispose(job.source);
