/** One run from its first question to its merge, as a person sees it in a browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext, takePicture, violationsOf } from "../fixtures/browser.ts";
import { conduct, createDaemon, ended, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** A whole run up to its last question, on a machine that does other things too. */
const RUN_MS = 90_000;

/** Opens a part of the run by its tab, and looks at it. */
const openTab = async (page: Page, name: string, sign: string): Promise<void> => {
  await page.getByRole("navigation", { name: "Parts of the run" }).getByText(name).click();
  await page.getByText(sign).first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, `run-${name.toLowerCase()}`);
};

it("shows a run's steps, contract, texts, transcript, diff, checks, findings and record", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const run = await startRun(daemon.client, project);
  await signIn(page, daemon, `/runs/${run}`);
  await page.getByRole("main").getByText("Approve spec.md and contract.yaml").first().waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "run-approval");

  await page
    .getByRole("button", { name: /^Proceed P/u })
    .first()
    .click();
  await page
    .getByRole("main")
    .getByText("Approve the merge into main")
    .first()
    .waitFor({ timeout: RUN_MS });
  await openTab(page, "Overview", "WHEN the list is empty");
  await openTab(page, "Transcript", "Session opened");
  await openTab(page, "Spec", "The sum of an empty list is 0");
  await openTab(page, "Diff", "sum.mjs");
  await openTab(page, "Checks", "passed");
  await page.getByRole("main").getByRole("link", { name: "test", exact: true }).first().click();
  await page.waitForURL(/\/checks\?at=test\+on/u);
  await page.reload();
  await page.locator("li[aria-current=location]:focus").waitFor();
  const logs = page.getByRole("button", { name: "Show the whole log" });
  const folded = await logs.count();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill("whole log of test");
  await page
    .getByRole("option", { name: /^Show the whole log of test on/u })
    .first()
    .click();
  await expect.poll(() => logs.count()).toBe(folded - 1);
  await daemon.client.command(run, { kind: "comment.add", on: "F1", text: "I saw it too." });
  await openTab(page, "Findings", "sum([]) is not 0");
  await page.getByText("I saw it too.").waitFor();
  await page.getByRole("button", { name: "Run F1 again" }).click();
  await page.getByText(/Run again by .* candidate pass/u).waitFor({ timeout: RUN_MS });
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "run-rerun");
  await openTab(page, "Record", "run.started");
  await page.getByRole("main").getByRole("combobox").selectOption("agent");
  await page.waitForURL(/\/record\?by=agent/u);
  await page.getByText("alto wrote").waitFor();
  await page.getByText("tenor reviewed").waitFor();
  const [approval] = (await daemon.client.run(run)).approvals;
  await page
    .getByText(approval?.subject ?? "no approval", { exact: true })
    .first()
    .waitFor();

  await openTab(page, "Overview", "Approve the merge into main");
  await page
    .getByRole("button", { name: /^Proceed P/u })
    .first()
    .click();
  await ended(daemon.client, run);
  await page.getByText("merged").first().waitFor();
  expect((await conduct(daemon.client, run)).state).toBe("merged");

  // What is found is shown where it is, and the same task can be asked for again.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("is not 0");
  await page.getByRole("option", { name: /^sum\(\[\]\) is not 0/u }).click();
  await page.waitForURL(/\/findings\?at=/u);
  await page.locator("li[aria-current=location]:focus").waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("spec.md");
  await page.getByRole("option", { name: /^spec\.md/u }).click();
  await page.waitForURL(/\/spec\?at=spec\.md/u);
  await page.getByRole("button", { name: /^Duplicate R then D/u }).click();
  await page.waitForURL(new RegExp(`/new\\?from=${run}`, "u"));
  await page.getByRole("heading", { name: "The same task again" }).waitFor();
  expect(context.foreign).toEqual([]);
});
