/** Many pages of one browser are live by one connection, whichever of them is closed. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext } from "../../fixtures/browser.ts";
import { conduct, createDaemon, startRun } from "../../fixtures/daemon.ts";
import { createProject, DUET } from "../../fixtures/project.ts";
import { signIn } from "../../fixtures/web.ts";

/** More than the connections that a browser opens to one host over HTTP/1.1. */
const PAGES = 8;
const EVENTS = "**/api/v1/events*";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Requests for events, as they begin: by which page, and after which event. */
const watchStreams = (context: BrowserContext) => {
  const streams: { readonly page: Page; readonly after: string | null }[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname !== "/api/v1/events") return;
    const after = request.headers()["last-event-id"] ?? null;
    streams.push({ page: request.frame().page(), after });
  });
  return streams;
};

const openPages = async (context: BrowserContext, origin: string, count: number) => {
  const pages: Page[] = [];
  for (let index = 0; index < count; index += 1) {
    const page = await context.newPage();
    await page.goto(origin);
    await page.getByRole("heading", { name: "Needs you" }).waitFor();
    pages.push(page);
  }
  return pages;
};

const shows = (page: Page, count: number) =>
  page.getByRole("link", { name: count === 1 ? "1 needs you" : `${count} need you` }).waitFor();

it(`${PAGES} pages are live by one connection; when its page is closed another goes on where it ended`, async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const streams = watchStreams(context);
  const first = await context.newPage();
  const origin = await signIn(first, daemon);
  await first.getByText("Nothing needs you").waitFor();
  const others = await openPages(context, origin, PAGES - 1);

  await startRun(daemon.client, project, { text: "Told by the first" });
  for (const page of [first, ...others]) await shows(page, 1);
  expect(streams.map(({ page }) => page === first)).toEqual([true]);

  // What happens while nobody listens is told all the same.
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await context.route(EVENTS, async (route) => {
    asked.resolve();
    await gate.promise;
    await route.continue();
  });
  await first.close();
  await asked.promise;
  const missed = await startRun(daemon.client, project, { text: "Told by nobody yet" });
  await conduct(daemon.client, missed, () => null);
  gate.resolve();
  for (const page of others) await shows(page, 2);
  expect(streams.map(({ after }) => after)).toEqual([null, expect.stringMatching(/^\d+$/u)]);
  expect(others).toContain(streams[1]?.page);

  await startRun(daemon.client, project, { text: "Told by the second" });
  for (const page of others) await shows(page, 3);
  expect(streams).toHaveLength(2);
});

it("a page whose leader does not answer reads for itself", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const silent = await context.newPage();
  const origin = await signIn(silent, daemon);
  await silent.getByText("Nothing needs you").waitFor();
  const streams = watchStreams(context);
  // Holds the lock, and never says a word.
  const devtools = await context.newCDPSession(silent);
  await devtools.send("Debugger.enable");
  await devtools.send("Debugger.pause");
  const [page] = await openPages(context, origin, 1);
  if (page === undefined) throw new Error("there is a page");
  await expect.poll(() => streams.map((stream) => stream.page)).toEqual([page]);
  await startRun(daemon.client, project);
  await page.getByRole("link", { name: "1 needs you" }).waitFor();
});
