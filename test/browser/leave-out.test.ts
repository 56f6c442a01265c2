/** Leaving hunks out of a change, by key and by mouse, and taking that back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  openBrowser,
  openContext,
  takePicture,
  violationsOf,
  WIDTHS,
} from "../fixtures/browser.ts";
import { createDaemon } from "../fixtures/daemon.ts";
import { createStrayProject } from "../fixtures/stray.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

it("hunks are marked by key and by mouse, left out after a word, and taken back in", async () => {
  using at = createStrayProject();
  await using daemon = createDaemon(at);
  const order = ["run", "Change it", "--workflow", "signed", "--wait", "--json"];
  const { run, candidate } = JSON.parse((await daemon.tutti(order)).stdout);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, `/runs/${run}/diff`);
  const list = page.getByRole("region", { name: "Changes" });
  await list.getByText("not wanted").waitFor();
  const bar = page.getByRole("region", { name: "Leaving out" });

  const second = list.getByRole("button", { name: "Leave out hunk" }).nth(1);
  await second.click();
  await bar.getByText("Leaving out 1 hunk of 1 file makes a new candidate").waitFor();
  expect(await second.getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("]");
  await page.keyboard.press("]");
  await page.keyboard.press("l");
  await bar.getByText("1 hunk of 1 file and 1 whole file makes").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-leave-out");
  await page.setViewportSize({ width: WIDTHS.phone, height: 800 });
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-leave-out-phone");
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.keyboard.press("d");
  await page.getByText("left out 1 hunk of 1 file and 1 whole file.").waitFor();
  await page.getByText("1 file", { exact: true }).waitFor();
  expect(await list.getByText("not wanted").count()).toBe(0);
  await page.getByRole("button", { name: "Approve the change" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "diff-left-out");

  await page.keyboard.press("z");
  await list.getByText("not wanted").waitFor();
  const view = await daemon.client.run(run);
  expect(view.candidate).toEqual(candidate);
  expect(view.leftOut).toEqual([]);
  expect(context.foreign).toEqual([]);
});
