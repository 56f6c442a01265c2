/** Suite `workspace`: task workspaces of a repository of 200 files. */
import {
  makeRepository,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
} from "../packages/tutti/test/workspace/support.ts";
import type { Workspaces } from "../packages/tutti/src/engine/ports/workspaces.ts";
import { atMost, median, plain, type Suite } from "./figures.ts";

const FILES = 200;
const FILE_LINES = 60;
const ONE_BY_ONE = 25;
const MANY = 100;
const WIDE = 4;
/** Bars. */
const ONE_MAX_MS = 80;
const MANY_MAX_S = 6;

const files = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: FILES }, (_, index) => [
      `src/part-${index % 10}/file-${index}.ts`,
      Array.from({ length: FILE_LINES }, (_line, at) => `export const v${at} = ${index};\n`).join(
        "",
      ),
    ]),
  );

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};

async function oneByOne(workspaces: Workspaces, root: string): Promise<readonly number[]> {
  const took: number[] = [];
  for (let round = 0; round <= ONE_BY_ONE; round += 1) {
    const source = sourceOf(root);
    const ms = await timed(() => workspaces.prepare(source, quiet));
    if (round > 0) took.push(ms);
    await workspaces.dispose(source);
  }
  return took;
}

async function manyAtOnce(workspaces: Workspaces, root: string): Promise<number> {
  const sources = Array.from({ length: MANY }, () => sourceOf(root));
  const waiting = [...sources];
  const line = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await workspaces.prepare(next, quiet);
  };
  const ms = await timed(() => Promise.all(Array.from({ length: WIDE }, line)));
  for (const source of sources) await workspaces.dispose(source);
  return ms;
}

export const workspaceSuite: Suite = async (say) => {
  using place = scratch("bench-workspace");
  const root = makeRepository(`${place.folder}/repo`, files());
  const { workspaces } = openWorkspaces(place);
  say(`${ONE_BY_ONE} workspaces, one after another`);
  const single = await oneByOne(workspaces, root);
  say(`${MANY} workspaces, ${WIDE} at a time`);
  const many = await manyAtOnce(workspaces, root);
  return [
    atMost(ONE_MAX_MS, {
      name: `workspace of ${FILES} files, p50`,
      value: median(single),
      unit: "ms",
    }),
    plain({ name: "the same, fastest", value: Math.min(...single), unit: "ms" }),
    atMost(MANY_MAX_S, {
      name: `${MANY} workspaces, ${WIDE} at a time`,
      value: many / 1000,
      unit: "s",
    }),
  ];
};
