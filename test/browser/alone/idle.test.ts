/** A page on which nothing happens does nothing: no request, no change, no layout. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext } from "../../fixtures/browser.ts";
import { conduct, createDaemon, startRun } from "../../fixtures/daemon.ts";
import { createProject, DUET } from "../../fixtures/project.ts";
import { signIn } from "../../fixtures/web.ts";

const IDLE_MS = 3000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

type Seen = {
  readonly changes: readonly string[];
  readonly requests: readonly string[];
  readonly shifts: number;
  /** Words that the minute changed. */
  readonly minutes: number;
};

/** Run in the page: what changes in it for a while, but the words that the minute changes. */
const WATCH = `new Promise((resolve) => {
  const seen = { changes: [], requests: [], shifts: 0, minutes: 0 };
  const changes = new MutationObserver((records) => {
    for (const { type, target } of records)
      if ((target.closest ? target : target.parentElement)?.closest("time")) seen.minutes += 1;
      else seen.changes.push(type + " of " + target.nodeName);
  });
  changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const entries = new PerformanceObserver((list) => {
    for (const { entryType, name } of list.getEntries())
      if (entryType === "resource") seen.requests.push(name);
      else seen.shifts += 1;
  });
  entries.observe({ type: "resource" });
  entries.observe({ type: "layout-shift" });
  setTimeout(() => resolve(seen), ${IDLE_MS});
})`;

/** Run in the page: resolves when half a second has brought no change and no request. */
const QUIET = `new Promise((resolve) => {
  let timer = setTimeout(resolve, 500);
  const again = () => { clearTimeout(timer); timer = setTimeout(resolve, 500); };
  new MutationObserver(again).observe(document, { subtree: true, childList: true, attributes: true });
  new PerformanceObserver(again).observe({ type: "resource" });
})`;

const layouts = async (page: Page): Promise<number> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  await devtools.detach();
  return metrics.find(({ name }) => name === "LayoutCount")?.value ?? Number.NaN;
};

it("the queue, the board and a run that wait for a person are still", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  await conduct(daemon.client, run, () => null);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const origin = await signIn(page, daemon);
  for (const address of ["/", "/board", `/runs/${run}`]) {
    await page.goto(`${origin}${address}`);
    await page.getByRole("main").getByText("Make sum([]) return 0").first().waitFor();
    await page.evaluate(QUIET);
    const before = await layouts(page);
    const { minutes, ...seen } = await page.evaluate<Seen>(WATCH);
    const laidOut = (await layouts(page)) - before;
    expect({ address, ...seen }).toEqual({ address, changes: [], requests: [], shifts: 0 });
    expect(laidOut).toBeLessThanOrEqual(minutes);
  }
});
