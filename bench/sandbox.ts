/** Suite `sandbox`: from the call to the first byte of the program inside, beside a bare spawn. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  makeRepository,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
} from "../packages/tutti/test/workspace/support.ts";
import type { Place } from "../packages/tutti/src/engine/ports/place.ts";
import type { Sandbox } from "../packages/tutti/src/engine/ports/sandbox.ts";
import { closeInheritedDescriptors } from "../packages/tutti/src/platform/descriptors.ts";
import { createSandbox } from "../packages/tutti/src/workspace/sandbox/sandbox.ts";
import { atMost, median, plain, type Suite } from "./figures.ts";

/** The three take turns. */
const ROUNDS = 80;
const OVERHEAD_MAX_MS = 15;
const PROGRAM = "/bin/echo";

async function bareMs(): Promise<number> {
  const start = performance.now();
  const child = spawn(PROGRAM, ["here"], { stdio: ["ignore", "pipe", "ignore"] });
  await once(child.stdout, "data");
  const took = performance.now() - start;
  await once(child, "close");
  return took;
}

async function fencedMs(
  sandbox: Sandbox,
  place: Place,
  egress: readonly string[],
): Promise<number> {
  const start = performance.now();
  await using child = await sandbox.launch({
    place,
    command: [PROGRAM, "here"],
    egress,
    owner: "bench",
  });
  await once(child.stdout, "data");
  const took = performance.now() - start;
  await child.exited;
  return took;
}

export const sandboxSuite: Suite = async (say) => {
  // As the daemon does at its start.
  closeInheritedDescriptors();
  using folder = scratch("bench-sandbox");
  const root = makeRepository(`${folder.folder}/repo`);
  const { workspaces } = openWorkspaces(folder);
  const source = sourceOf(root);
  await workspaces.prepare(source, quiet);
  const place = await workspaces.authorPlace(source);
  const sandbox = createSandbox({ dataFolder: folder.data });
  say(`${ROUNDS} starts of each kind`);
  const bare: number[] = [];
  const fenced: number[] = [];
  const withEgress: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await bareMs());
    fenced.push(await fencedMs(sandbox, place, []));
    withEgress.push(await fencedMs(sandbox, place, ["example.test:443"]));
  }
  const floor = median(bare);
  return [
    atMost(OVERHEAD_MAX_MS, {
      name: "start overhead of the full policy, p50",
      value: median(fenced) - floor,
      unit: "ms",
    }),
    plain({
      name: "the same with a way out, p50",
      value: median(withEgress) - floor,
      unit: "ms",
    }),
    plain({ name: "a bare spawn, p50", value: floor, unit: "ms" }),
  ];
};
