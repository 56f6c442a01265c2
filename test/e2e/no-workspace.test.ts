/** No sandbox or no clone, no run: the main checkout is never worked in instead. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { conduct, createDaemon, type Daemon, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";

let project: Project;
let before: string;

/** The user's work tree and git folder by content, but objects and what Tutti pins. */
const contents = (folder: string): string =>
  execFileSync(
    "sh",
    [
      "-c",
      "find . -path ./.git/objects -prune -o -path ./.git/refs/tutti -prune -o -type f -print0 | sort -z | xargs -0 sha256sum",
    ],
    { cwd: folder, encoding: "utf8" },
  );

beforeEach(() => {
  project = createProject({ agents: DUET });
  before = contents(project.root);
});
afterEach(() => project[Symbol.dispose]());

const expectUntouched = (): void => {
  expect(contents(project.root)).toBe(before);
  expect(project.git("for-each-ref", "--format=%(refname)", "refs/heads")).toBe("refs/heads/main");
};

/** The daemon finds this file as the system's bubblewrap: a copy that a test may take away. */
const withOwnBubblewrap = () => {
  const system = execFileSync("readlink", ["-f", "/usr/bin/bwrap"], { encoding: "utf8" }).trim();
  const program = join(project.folder, "bwrap");
  copyFileSync(system, program);
  const wrapper = [system, "--dev-bind", "/", "/", "--bind", program, system, "--"];
  return { wrapper, takeAway: () => chmodSync(program, 0o600) };
};

it("without bubblewrap a task is refused with the command that mends it, and nothing was made", async () => {
  const { wrapper, takeAway } = withOwnBubblewrap();
  takeAway();
  await using daemon = createDaemon(project, { wrapper });
  await daemon.client.health();
  const run = await daemon.tutti(["run", "Make sum([]) return 0", "--workflow", "quick", "--json"]);
  expect(run.code).toBe(1);
  const { error } = JSON.parse(run.stdout);
  expect(error.code).toBe("sandbox.missing");
  expect(error.mend).toContain("apt-get install bubblewrap");
  expect((await daemon.client.runs()).items).toEqual([]);
  expectUntouched();
  const doctor = await daemon.tutti(["doctor", "--quick"]);
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toContain("apt-get install bubblewrap");
});

const waitsInEnvironment = async (daemon: Daemon) => {
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  const view = await conduct(daemon.client, run);
  expect(view.attention.map((item) => item.kind)).toEqual(["environment"]);
  expect(view.steps.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0]);
  expect(view.attention[0]?.answers.map((answer) => answer.name)).toEqual(["retry", "cancel"]);
  return view;
};

it("a clone that cannot be made stops the run before any agent; it goes on when it can be", async () => {
  await using daemon = createDaemon(project);
  await daemon.client.health();
  const runs = join(daemon.data, "runs");
  renameSync(runs, `${runs}.away`);
  writeFileSync(runs, "in the way\n");
  const view = await waitsInEnvironment(daemon);
  expect(view.attention[0]?.why).toContain(runs);
  expectUntouched();
  rmSync(runs);
  renameSync(`${runs}.away`, runs);
  expect((await daemon.tutti(["retry", view.run, "--wait"])).code).toBe(0);
});

it("objects that are gone from the repository stop the run with their names", async () => {
  await using daemon = createDaemon(project);
  const blob = project.git("rev-parse", "main:sum.mjs");
  const object = join(project.root, ".git/objects", blob.slice(0, 2), blob.slice(2));
  const kept = readFileSync(object);
  rmSync(object);
  const view = await waitsInEnvironment(daemon);
  expect(view.attention[0]?.why).toContain("sum.mjs");
  expectUntouched();
  mkdirSync(dirname(object), { recursive: true });
  writeFileSync(object, kept);
  expect((await daemon.tutti(["retry", view.run, "--wait"])).code).toBe(0);
});

it("a folder that the fence should show and that is not there stops the run with its name", async () => {
  project.configure({}, ["/nowhere/toolchain"]);
  before = contents(project.root);
  await using daemon = createDaemon(project);
  const view = await waitsInEnvironment(daemon);
  expect(view.attention[0]?.why).toContain("/nowhere/toolchain");
  expectUntouched();
});

it("a sandbox that stops working in the middle fails the step, and nothing is done outside of it", async () => {
  const { wrapper, takeAway } = withOwnBubblewrap();
  await using daemon = createDaemon(project, { wrapper });
  project.script("alto", {
    name: "alto",
    turns: [
      {
        do: [
          { do: "ask", title: "Go on?", allow: [{ do: "write", path: "sum.mjs", content: "" }] },
        ],
      },
    ],
  });
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  await conduct(daemon.client, run);
  takeAway();
  expect((await daemon.tutti(["permit", "allow", run])).code).toBe(0);
  const view = await conduct(daemon.client, run);
  expect(view.outcome).toBe(null);
  expect(view.attention[0]?.asks).toContain("test: ");
  expect(view.attention[0]?.asks).toContain("bwrap");
  expectUntouched();
});
