/**
 * Suite `web`: what the command center costs a browser. Chromium of the system, a real daemon, and a store
 * with many tasks; frames are told by the page itself while a list is scrolled from end to end.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { openSqliteStore } from "../packages/tutti/src/store/sqlite/store.ts";
import { openBrowser, openContext } from "../test/fixtures/browser.ts";
import { createDaemon, type Daemon } from "../test/fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW, type Project } from "../test/fixtures/project.ts";
import { sampleCommit, sampleRunId } from "../test/fixtures/runs.ts";
import { signIn } from "../test/fixtures/web.ts";
import { atMost, type Figure, plain, type Suite } from "./figures.ts";
import { CHECKOUT } from "./package.ts";

const TASKS = 10_000;
const AT_ONCE = 500;
const ENTRIES = 100_000;
const LINES = 50_000;
const STEPS = 200;

const FIRST_LOAD_MAX_KB = 300;
const BOARD_MAX_MS = 1500;
const FRAME_MAX_MS = 50;

/** Scripts that the page cannot do without: its entry and what that imports, packed as they are sent. */
const firstLoadKb = (): number => {
  const dist = join(CHECKOUT, "packages/web/dist");
  const manifest: Record<string, { file: string; imports?: string[]; isEntry?: boolean }> =
    JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const other of manifest[name]?.imports ?? []) need(other);
  };
  for (const [name, { isEntry }] of Object.entries(manifest)) if (isEntry === true) need(name);
  const bytes = [...needed].reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(dist, manifest[name]?.file ?? ""))).length,
    0,
  );
  return bytes / 1000;
};

/** Tasks that have ended, but for the newest ones. */
const fillStore = async (data: string): Promise<void> => {
  const store = openSqliteStore(data);
  try {
    for (let first = 0; first < TASKS; first += AT_ONCE) {
      const commits = Array.from({ length: AT_ONCE }, (_none, index) => {
        const state = first + index < TASKS - AT_ONCE / 10 ? "merged" : "working";
        const column = state === "merged" ? ("done" as const) : ("working" as const);
        const board = { column, families: { authors: ["anthropic"], reviewers: ["openai"] } };
        const summary = { state, board };
        return store.commit(sampleCommit(sampleRunId(first + index), 0, { summary }));
      });
      await Promise.all(commits);
    }
    const session = `${sampleRunId(TASKS - 1)}/implement/1`;
    const words = "A line of a transcript with some words in it, as agents write them.\n".repeat(7);
    for (let first = 0; first < ENTRIES; first += AT_ONCE) {
      const entries = Array.from({ length: AT_ONCE }, (_none, index) =>
        index % 5 === 0
          ? ({ kind: "note", at: first + index, text: `entry ${first + index}` } as const)
          : ({ kind: "text", at: first + index, text: words } as const),
      );
      store.transcript.append(session, entries);
      store.transcript.flush();
    }
  } finally {
    await store.close();
  }
};

/** In the page: scrolls from the begin to the end, a step a frame; the longest time between two frames. */
const SCROLL = `async (list) => {
  const frames = [];
  list.scrollTop = 0;
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const step = list.scrollHeight / ${STEPS};
  let before = performance.now();
  for (let index = 0; index < ${STEPS}; index += 1) {
    list.scrollTop = index * step;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  return Math.max(...frames);
}`;

const longestFrame = (page: Page, selector: string): Promise<number> =>
  page.evaluate(`(${SCROLL})(document.querySelector(${JSON.stringify(selector)}))`);

/** From the address to the first task that can be clicked. */
const boardMs = async (page: Page, origin: string): Promise<number> => {
  const start = performance.now();
  await page.goto(`${origin}/board`);
  await page.locator("[data-row]").first().click({ trial: true });
  return performance.now() - start;
};

const projectOf = (): Project =>
  createProject({
    files: {
      "big.txt": Array.from({ length: LINES }, (_none, index) => `keep ${index}\n`).join(""),
    },
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            { step: "implement", do: [{ do: "run", command: "sed -i s/keep/kept/ big.txt" }] },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e big.txt", timeout: "30s" } },
  });

const changed = async (daemon: Daemon, project: Project): Promise<string> => {
  const { run } = await daemon.client.startRun({
    path: project.root,
    text: "Change every line",
    workflow: "quick",
  });
  const stop = new AbortController();
  for await (const { body } of daemon.client.events({ run, after: 0, signal: stop.signal }))
    if (body.type === "checkpoint.created") break;
  stop.abort();
  return run;
};

const measureDiff = async (browser: Browser): Promise<Figure> => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  const run = await changed(daemon, project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/diff`);
  await page.getByText(`+${LINES} −${LINES}`).first().waitFor();
  await page.getByText("keep 0").first().waitFor();
  const value = await longestFrame(page, `section[aria-label="Changes"]`);
  return atMost(FRAME_MAX_MS, {
    name: "a diff of 100 000 lines is scrolled: longest frame",
    value,
    unit: "ms",
  });
};

const measureStore = async (
  browser: Browser,
  say: (progress: string) => void,
): Promise<Figure[]> => {
  using project = createProject({ agents: {} });
  say(`a store of ${TASKS} tasks and ${ENTRIES} entries of a transcript`);
  await fillStore(join(project.folder, "data"));
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const origin = await signIn(page, daemon);
  await page.getByRole("heading", { name: "Needs you" }).waitFor();
  say("the board, and the transcript");
  const first = await boardMs(page, origin);
  const again = await boardMs(page, origin);
  await page.goto(`${origin}/runs/${sampleRunId(TASKS - 1)}/transcript`);
  await page
    .getByText(/^entry 999\d\d$/u)
    .last()
    .waitFor();
  // As a person who looks up: the list then lets go of its end, and stays where it is scrolled to.
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, -1000);
  await page.getByRole("button", { name: "Follow the end" }).waitFor();
  const frame = await longestFrame(page, "[role=log]");
  return [
    atMost(BOARD_MAX_MS, {
      name: `board with ${TASKS} tasks: to the first that can be clicked`,
      value: first,
      unit: "ms",
    }),
    plain({ name: "the same, loaded before", value: again, unit: "ms" }),
    atMost(FRAME_MAX_MS, {
      name: `a transcript of ${ENTRIES} entries is scrolled: longest frame`,
      value: frame,
      unit: "ms",
    }),
  ];
};

export const webSuite: Suite = async (say) => {
  const browser = await openBrowser();
  try {
    const load = atMost(FIRST_LOAD_MAX_KB, {
      name: "first load: scripts, gzip",
      value: firstLoadKb(),
      unit: "kB",
    });
    const store = await measureStore(browser, say);
    say("a diff of 100 000 lines");
    return [load, ...store, await measureDiff(browser)];
  } finally {
    await browser.close();
  }
};
