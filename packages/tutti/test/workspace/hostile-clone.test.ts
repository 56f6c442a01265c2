/**
 * An agent that could write everything in its clone, `.git` included, makes the host run nothing:
 * the plants of git that execute code for whoever calls plain git, through every operation.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { CommitId } from "@tutti/protocol";
import type { RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
import {
  commitFiles,
  git,
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  write,
  type Scratch,
} from "./support.ts";

// Dozens of git processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

type Trap = { readonly payload: string; readonly marker: string };

const HOOKS = [
  ..."post-index-change pre-commit post-commit reference-transaction post-checkout".split(" "),
  ..."post-merge pre-push update pre-receive post-update push-to-checkout".split(" "),
];

function layTrap({ folder }: Scratch): Trap {
  const marker = join(folder, "executed");
  const payload = join(folder, "payload");
  // Passes its input on, so that it also serves as a filter.
  writeFileSync(
    payload,
    `#!/bin/sh\necho "$0 $*" >> ${marker}\n[ "$1" = git-upload-pack ] || cat\n`,
  );
  chmodSync(payload, 0o755);
  return { payload, marker };
}

function plantHooks(gitFolder: string, { payload }: Trap): void {
  mkdirSync(join(gitFolder, "hooks"), { recursive: true });
  for (const name of HOOKS) {
    writeFileSync(join(gitFolder, "hooks", name), `#!/bin/sh\n${payload} </dev/null\n`);
    chmodSync(join(gitFolder, "hooks", name), 0o755);
  }
}

function plantFilters(root: string, where: string, { payload }: Trap): void {
  write(root, { ".gitattributes": "* filter=evil diff=evil merge=evil\n" });
  for (const [name, value] of [
    ["filter.evil.clean", payload],
    ["filter.evil.smudge", payload],
    ["diff.evil.textconv", payload],
    ["diff.evil.command", payload],
    ["diff.external", payload],
    ["merge.evil.driver", payload],
  ] as const) {
    git(where, "config", name, value);
  }
}

type Plant = {
  readonly what: string;
  readonly plant: (root: string, trap: Trap) => void;
  /** Plain git that falls into the trap. */
  readonly control: (root: string) => readonly (readonly string[])[];
};

const everyday = () => [["status"], ["add", "-A"], ["diff", "HEAD"], ["commit", "-qm", "x"]];

const PLANTS: readonly Plant[] = [
  {
    what: "a file system monitor in its configuration",
    plant: (root, { payload }) => git(root, "config", "core.fsmonitor", payload),
    control: everyday,
  },
  {
    what: "hooks",
    plant: (root, trap) => plantHooks(join(root, ".git"), trap),
    control: everyday,
  },
  {
    what: "content filters, text converters and merge drivers",
    plant: (root, trap) => plantFilters(root, root, trap),
    control: everyday,
  },
  {
    what: "a .git file that leads to a git folder of its own making",
    plant: (root, trap) => {
      renameSync(join(root, ".git"), join(root, "elsewhere"));
      git(join(root, "elsewhere"), "config", "core.fsmonitor", trap.payload);
      plantHooks(join(root, "elsewhere"), trap);
      writeFileSync(join(root, ".git"), "gitdir: elsewhere\n");
    },
    control: everyday,
  },
  {
    what: "a commondir that leads to a git folder of its own making",
    plant: (root, trap) => {
      const common = join(root, "common");
      execFileSync("cp", ["-a", join(root, ".git"), common]);
      git(common, "config", "core.fsmonitor", trap.payload);
      plantHooks(common, trap);
      writeFileSync(join(root, ".git/commondir"), "../common\n");
    },
    control: everyday,
  },
  {
    what: "a repository inside the work tree with filters",
    plant: (root, trap) => {
      const inner = makeRepository(join(root, "inner"), { "x.txt": "x\n" });
      plantFilters(inner, inner, trap);
      git(inner, "config", "core.fsmonitor", trap.payload);
      plantHooks(join(inner, ".git"), trap);
      // As a link of the index, so that git looks inside for changes.
      git(root, "-c", "core.hooksPath=/dev/null", "add", "inner");
      git(root, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "A link");
      rmSync(trap.marker, { force: true });
      write(inner, { "x.txt": "changed\n" });
    },
    control: everyday,
  },
  {
    what: "a remote that promises missing objects over a command",
    plant: (root, { payload }) => {
      git(root, "config", "extensions.partialClone", "evil");
      git(root, "config", "core.repositoryFormatVersion", "1");
      git(root, "config", "remote.evil.url", `ext::${payload} %S`);
      git(root, "config", "remote.evil.promisor", "true");
      git(root, "config", "protocol.ext.allow", "always");
    },
    control: () => [["cat-file", "-p", "1234567890123456789012345678901234567890"]],
  },
  {
    what: "hooks and commands for those who fetch from it",
    plant: (root, trap) => {
      plantHooks(join(root, ".git"), trap);
      for (const name of ["uploadpack.packObjectsHook", "core.alternateRefsCommand"]) {
        git(root, "config", name, trap.payload);
      }
      git(root, "config", "core.sshCommand", trap.payload);
      git(root, "config", "core.gitProxy", trap.payload);
      git(root, "config", "core.pager", trap.payload);
      git(root, "config", "core.editor", trap.payload);
    },
    control: everyday,
  },
];

async function everyOperation(
  workspaces: Workspaces,
  source: RunSource,
  start: CommitId,
): Promise<void> {
  await workspaces.authorPlace(source);
  const made = await workspaces.checkpoint(source, { key: newKey(), message: "c", author: null });
  const commit = made.candidate.commit;
  await workspaces.diff(source, { from: source.base.commit, to: commit });
  for (const purpose of ["checks", "review", "read-only"] as const) {
    await using copy = await workspaces.throwAway(source, { key: newKey(), commit, purpose });
    expect(existsSync(copy.place.root)).toBe(true);
  }
  const landing = await workspaces.landing(source, {
    key: newKey(),
    target: "main",
    to: "target",
    candidate: made.candidate,
    trailers: [],
    title: "t",
    at: 0,
  });
  if (landing.kind === "prepared") {
    await workspaces.apply(source, {
      key: newKey(),
      target: "main",
      to: "target",
      tip: landing.tip,
      landing: landing.landing,
      candidate: made.candidate,
    });
  }
  await workspaces.restore(source, start);
}

for (const { what, plant, control } of PLANTS) {
  test(`${what} executes nothing on the host`, async () => {
    using place = scratch("hostile");
    const project = makeRepository(join(place.folder, "project"));
    git(project, "tag", "start");
    const { workspaces } = openWorkspaces(place);
    const trap = layTrap(place);
    const attack = async (): Promise<{ source: RunSource; root: string }> => {
      const source = sourceOf(project, { base: "start" });
      const { root } = await workspaces.prepare(source, quiet);
      plant(root, trap);
      write(root, { "a.txt": "changed by the agent\n" });
      return { source, root };
    };

    const { root } = await attack();
    for (const args of control(root)) tryGit(root, args);
    expect(existsSync(trap.marker)).toBe(true);

    const first = await attack();
    rmSync(trap.marker, { force: true });
    await everyOperation(workspaces, first.source, first.source.base.commit);
    const second = await attack();
    rmSync(trap.marker, { force: true });
    await workspaces.dispose(second.source);
    const third = await attack();
    rmSync(trap.marker, { force: true });
    await openWorkspaces(place).workspaces.recover([]);
    expect(existsSync(trap.marker)).toBe(false);
    expect(existsSync(third.root)).toBe(false);
  });
}

function tryGit(root: string, args: readonly string[]): void {
  try {
    git(root, ...args);
  } catch {
    // The trap may have made the command fail; whether it sprang is what counts.
  }
}

test("a hook the agent put into the project does not run when its work is merged", async () => {
  using place = scratch("hostile");
  const project = makeRepository(join(place.folder, "project"));
  git(project, "config", "core.hooksPath", ".husky");
  const { workspaces } = openWorkspaces(place);
  const trap = layTrap(place);
  const hook = `#!/bin/sh\n${trap.payload} </dev/null\n`;

  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  for (const name of HOOKS) {
    write(root, { [`.husky/${name}`]: hook });
    chmodSync(join(root, ".husky", name), 0o755);
  }
  const { candidate } = await workspaces.checkpoint(source, {
    key: newKey(),
    message: "Hooks",
    author: null,
  });
  git(project, "branch", "copy");
  const options = { target: "main", to: "target", candidate } as const;
  const landing = await workspaces.landing(source, {
    ...options,
    key: newKey(),
    trailers: [],
    title: "t",
    at: 0,
  });
  if (landing.kind !== "prepared") throw new Error("conflict");
  const { tip } = landing;
  const applied = await workspaces.apply(source, {
    ...options,
    key: newKey(),
    tip,
    landing: landing.landing,
  });
  expect(applied.kind).toBe("applied");
  expect(existsSync(trap.marker)).toBe(false);

  commitFiles(project, { "b.txt": "b\n" }, "plain git runs them now");
  expect(existsSync(trap.marker)).toBe(true);
});
