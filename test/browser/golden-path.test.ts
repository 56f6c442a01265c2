/** From a new task to its merge, with the keyboard alone and with the mouse alone. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  openBrowser,
  openContext,
  takePicture,
  violationsOf,
  WIDTHS,
} from "../fixtures/browser.ts";
import { createDaemon, type Daemon, ended } from "../fixtures/daemon.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

const TASK = "Make sum([]) return 0";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const runOf = async (page: Page): Promise<string> => {
  await page.waitForURL(/\/runs\/r-/u);
  return /r-[a-z0-9]+/u.exec(page.url())?.[0] ?? "";
};

const expectMerged = async (daemon: Daemon, project: Project, run: string): Promise<void> => {
  await ended(daemon.client, run);
  expect((await daemon.client.run(run)).state).toBe("merged");
  expect(project.git("show", "main:sum.mjs")).toContain(", 0)");
};

it("with the keyboard alone", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser, { reducedMotion: true });
  const page = await context.newPage();
  await signIn(page, daemon);
  await page.getByText("Nothing needs you").waitFor();

  const { keyboard } = page;
  await keyboard.press("n");
  await page.getByLabel("Project", { exact: true }).waitFor();
  // In reading order from the field that has the focus: the project, then the task.
  while (!(await isFocused(page, "Project"))) await keyboard.press("Tab");
  await keyboard.type(project.root);
  while (!(await isFocused(page, "Task"))) await keyboard.press("Tab");
  await keyboard.type(TASK);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "new-task");
  await keyboard.press("Control+Enter");
  const run = await runOf(page);

  await page.getByRole("main").getByText("Approve spec.md and contract.yaml").first().waitFor();
  await keyboard.press("g");
  await keyboard.press("h");
  await page.getByRole("heading", { name: "Needs you" }).waitFor();
  await page.getByRole("main").getByText("Approve spec.md and contract.yaml").first().waitFor();
  await keyboard.press("j");
  await keyboard.press("o");
  await page.getByRole("button", { name: /^Proceed P/u }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "needs-you");
  await keyboard.press("p");

  await page.getByRole("main").getByText("Approve the merge into main").first().waitFor();
  await keyboard.press("j");
  await keyboard.press("o");
  await page.getByRole("button", { name: /^Proceed P/u }).waitFor();
  await keyboard.press("p");
  await expectMerged(daemon, project, run);
  await page.getByText("Nothing needs you").waitFor();
  await page.getByRole("heading", { name: "Merged last" }).waitFor();
  await takePicture(page, "nothing-needed");

  await keyboard.press("g");
  await keyboard.press("b");
  const done = page.getByRole("region", { name: "Done" });
  await done.getByRole("link", { name: TASK }).waitFor();
  await done.getByTitle("anthropic").waitFor();
  expect(context.foreign).toEqual([]);
});

const isFocused = (page: Page, label: string): Promise<boolean> =>
  page.getByLabel(label, { exact: true }).evaluate((field) => field.matches(":focus"));

it("with the mouse alone, on a phone's screen", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser, { width: WIDTHS.phone, height: 844 });
  const page = await context.newPage();
  await signIn(page, daemon);
  await page.getByRole("link", { name: "New task" }).first().click();
  await page.getByLabel("Project", { exact: true }).fill(project.root);
  await page.getByLabel("Task", { exact: true }).fill(TASK);
  await page.getByRole("button", { name: /^Start/u }).click();
  const run = await runOf(page);

  const proceed = page.getByRole("button", { name: /^Proceed(?! with)/u }).first();
  for (const asks of ["Approve spec.md and contract.yaml", "Approve the merge into main"]) {
    await page.getByRole("main").getByText(asks).first().waitFor();
    await page
      .getByRole("link", { name: /^Needs you/u })
      .first()
      .click();
    await page.getByRole("main").getByText(asks).first().click();
    await proceed.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(WIDTHS.phone);
    await takePicture(page, `phone-${asks.includes("merge") ? "merge" : "spec"}`);
    await proceed.click();
  }
  await expectMerged(daemon, project, run);
});
