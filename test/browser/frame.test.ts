/** The command center as a whole: signing in, staying current, losing the daemon and finding it again. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext, takePicture, violationsOf } from "../fixtures/browser.ts";
import { createDaemon, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";
import { portOfItsOwn, signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

it("a link signs one browser in, and the page says how to get one where there is none", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const origin = await signIn(page, daemon);
  await page.getByRole("heading", { name: "Needs you" }).waitFor();
  expect(page.url()).toBe(`${origin}/`);
  await page.reload();
  await page.getByRole("heading", { name: "Needs you" }).waitFor();
  expect(context.foreign).toEqual([]);

  await using other = await openContext(browser);
  const stranger = await other.newPage();
  await stranger.goto(`${origin}/board`);
  await stranger.getByText("tutti open").waitFor();
  expect(await violationsOf(stranger)).toEqual([]);
  await takePicture(stranger, "signed-out");

  // A request that would leave this machine is told: what is said above of none means something.
  const elsewhere = await other.newPage();
  await elsewhere.evaluate(`fetch("http://tutti.invalid/").catch(() => null)`);
  expect(other.foreign).toEqual(["http://tutti.invalid/"]);
});

it("a page that is opened before the daemon answers comes by itself, and its link is not lost", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const { url } = await daemon.client.webLink();
  await page.route("**/api/v1/session", (route) => route.abort());
  await page.goto(url);
  await page.getByRole("alert").getByText("The daemon does not answer.").waitFor();
  await page.unroute("**/api/v1/session");
  await page.getByRole("heading", { name: "Needs you" }).waitFor({ timeout: 20_000 });
  expect(new URL(page.url()).hash).toBe("");
});

it("two pages show what happens as it happens, and find a daemon again that was killed", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project, { env: await portOfItsOwn() });
  await using context = await openContext(browser);
  const pages = [await context.newPage(), await context.newPage()];
  for (const page of pages) {
    await signIn(page, daemon);
    await page.getByText("Nothing needs you").waitFor();
  }
  await startRun(daemon.client, project);
  for (const page of pages)
    await page.getByText("Approve spec.md and contract.yaml").first().waitFor();
  const [page] = pages;
  if (page === undefined) throw new Error("there is a page");
  await daemon.kill();
  await page.getByText("The daemon does not answer").waitFor();
  await daemon.client.health();
  await page.getByText("Connected again").waitFor();
  expect(await page.getByText("The daemon does not answer").count()).toBe(0);
  await page.getByText("Approve spec.md and contract.yaml").first().waitFor();
});
