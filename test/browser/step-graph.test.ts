/** The steps of a run as a graph: reached by keys, kept in the address, said in words, and a list on a phone. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  openBrowser,
  openContext,
  takePicture,
  violationsOf,
  WIDTHS,
} from "../fixtures/browser.ts";
import { conduct, createDaemon, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

it("shows the workflow as a graph that arrow keys walk through, and as a list on a phone", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser, { reducedMotion: true });
  const page = await context.newPage();
  const run = await startRun(daemon.client, project);
  expect((await conduct(daemon.client, run)).state).toBe("merged");
  await signIn(page, daemon, `/runs/${run}`);
  await page.getByRole("button", { name: "Graph" }).click();
  const graph = page.getByRole("group", { name: "Steps as a graph" });
  await graph.waitFor();
  expect(new URL(page.url()).searchParams.get("view")).toBe("graph");

  await graph.getByRole("link", { name: /^spec /u }).focus();
  const focused = () => page.evaluate("document.activeElement.dataset.row");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("approve-spec");
  for (let at = await focused(); at !== "rival-review"; at = await focused()) {
    await page.keyboard.press("ArrowDown");
    expect(await focused()).not.toBe(at);
  }
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toMatch(/^build\[/u);
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: /^Attempts of build/u }).waitFor();
  expect(new URL(page.url()).searchParams.get("step")).toMatch(/^build\[/u);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "run-graph");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await graph.waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "run-graph-dark");

  await page.setViewportSize({ width: WIDTHS.phone, height: 844 });
  await page.getByRole("list", { name: "Attempts of spec" }).waitFor();
  expect(await graph.isVisible()).toBe(false);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(WIDTHS.phone);
  await takePicture(page, "run-graph-phone");
  expect(context.foreign).toEqual([]);
});
