/** Much of everything: a long transcript, many agents at once, and a page that is reloaded among it. */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext, takePicture, violationsOf } from "../../fixtures/browser.ts";
import { createDaemon, happened } from "../../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../../fixtures/project.ts";
import { signIn } from "../../fixtures/web.ts";

const WORKFLOW = `---
name: talk
description: One turn.
waives: { plan: not looked at, test: not looked at, review: not looked at }
---
# Talk

## Step: implement
\`\`\`yaml
kind: agent
stage: implement
role: author
access: workspace
\`\`\`
{{task.text}}
`;

/** 50 MB, in pieces as agents send them. */
const TALK_BYTES = 50 * 1024 * 1024;
const PIECE_BYTES = 8 * 1024;
const AGENTS = 200;
/** Each starts a process in a fence of its own; two cores are busy with that for a while. */
const STARTED_MS = 240_000;
const MINUTE_MS = 60_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const talking = (script: unknown) =>
  createProject({
    agents: {
      alto: { family: "anthropic", script: script as never },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: {},
    workflows: { talk: WORKFLOW },
  });

const start = async (daemon: ReturnType<typeof createDaemon>, path: string): Promise<string> =>
  (await daemon.client.startRun({ path, text: "Talk", workflow: "talk" })).run;

/** Run in the page: scrolls the list from its end to its begin, a step a frame. */
const SCROLL = `async (list) => {
  let longest = 0;
  let before = performance.now();
  const step = list.scrollHeight / 120;
  for (let index = 0; index < 120; index += 1) {
    list.scrollTop = list.scrollHeight - index * step;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return longest;
}`;

/** Longest time between two frames, in ms. */
const longestFrame = (page: Page): Promise<number> =>
  page.evaluate(`(${SCROLL})(document.querySelector("[role=log]"))`);

it("a transcript of 50 MB is read from both ends, and only a part of it is on the page", async () => {
  using project = talking({
    name: "alto",
    turns: [
      {
        step: "implement",
        do: [
          { do: "say", text: "The very beginning." },
          { do: "flood", bytes: TALK_BYTES, as: "messages", chunk: PIECE_BYTES },
          { do: "run", command: "echo done > done.txt" },
          { do: "say", text: "The very end." },
        ],
      },
    ],
  });
  await using daemon = createDaemon(project);
  const run = await start(daemon, project.root);
  await happened(daemon.client, run, ({ body }) => body.type === "turn.ended");
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/transcript`);
  await page.getByText("The very end.").waitFor();
  expect(await page.getByRole("log").locator("[data-index]").count()).toBeLessThan(200);
  const longest = await longestFrame(page);
  process.stdout.write(`longest frame while 50 MB are scrolled: ${longest.toFixed(0)} ms\n`);
  // As a person who looks up; the list then lets go of its end.
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, -1000);
  await page.getByRole("button", { name: "Follow the end" }).waitFor();
  await page.getByRole("log").evaluate((list) => {
    list.scrollTop = 0;
  });
  await page.getByText("The very beginning.").waitFor();
  expect(await violationsOf(page)).toEqual([]);

  // An entry that is far from what is read at first has an address too.
  const session = `${run}/implement/1`;
  const { total } = await daemon.client.transcript(session, { from: -1, limit: 1 });
  const entry = Math.floor(total / 2);
  await page.goto(
    new URL(`?session=${encodeURIComponent(session)}&entry=${entry}`, page.url()).href,
  );
  const marked = page.locator(`[data-index="${entry}"] > [aria-current=location]:focus`);
  await marked.waitFor();
  await expect.poll(() => isInSight(page, entry)).toBe(true);
});

/** Whether a part of this entry is on screen. */
const isInSight = (page: Page, index: number): Promise<boolean> =>
  page.getByRole("log").evaluate((list, at) => {
    const row = list.querySelector(`[data-index="${at}"]`)?.getBoundingClientRect();
    const { top, bottom } = list.getBoundingClientRect();
    return row !== undefined && row.top < bottom && row.bottom > top;
  }, index);

it(
  `${AGENTS} agents that talk are in the fleet; a page that is reloaded among it misses nothing`,
  { timeout: STARTED_MS + MINUTE_MS },
  async () => {
    using project = talking({
      name: "alto",
      turns: [
        {
          step: "implement",
          do: [{ do: "stream", text: "still talking ", updates: 100_000, everyMs: 1000 }],
        },
      ],
    });
    await using daemon = createDaemon(project, {
      env: { TUTTI_MAX_TURNS: String(AGENTS) },
    });
    const runs: string[] = [];
    for (let index = 0; index < AGENTS; index += 1) runs.push(await start(daemon, project.root));
    await using context = await openContext(browser);
    const page = await context.newPage();
    await signIn(page, daemon, "/fleet");
    await expect
      .poll(async () => (await daemon.client.fleet()).items.length, { timeout: STARTED_MS })
      .toBe(AGENTS);
    await page.getByText(`${AGENTS}`).first().waitFor();
    await takePicture(page, "fleet-200");

    const [run = ""] = runs;
    await page.goto(new URL(`/runs/${run}/transcript`, page.url()).href);
    await page.getByText("still talking").first().waitFor();
    await page.reload();
    await page.getByText("still talking").first().waitFor();
    const session = join(run, "implement/1");
    const { total } = await daemon.client.transcript(session, { from: -1, limit: 1 });
    await expect.poll(async () => lastIndex(page)).toBeGreaterThanOrEqual(total - 1);
  },
);

/** Position of the newest entry that the page shows. */
const lastIndex = (page: Page): Promise<number> =>
  page
    .getByRole("log")
    .locator("[data-index]")
    .evaluateAll((rows) => Math.max(...rows.map((row) => Number(row.getAttribute("data-index")))));
