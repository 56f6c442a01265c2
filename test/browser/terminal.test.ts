/** A terminal inside the fence, in the page: opened, worked in, left by the keyboard, found again, and given back. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  openBrowser,
  openContext,
  takePicture,
  violationsOf,
  WIDTHS,
} from "../fixtures/browser.ts";
import { createDaemon, type Daemon, jsonOf } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW } from "../fixtures/project.ts";
import { SIGNED } from "../fixtures/signed.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const projectOf = () =>
  createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            { step: "implement", do: [{ do: "write", path: "NOTES.md", content: "hello\n" }] },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
    workflows: { signed: SIGNED },
  });

const startNote = async (daemon: Daemon, ...flags: readonly string[]): Promise<string> => {
  const how = ["--workflow", "signed", ...flags, "--wait", "--json"];
  return String(jsonOf(await daemon.tutti(["run", "Note it", ...how])).run);
};

const screenText = (page: Page): Promise<string> =>
  page.locator("[data-terminal] .xterm-rows").innerText();
const shows = (page: Page, part: RegExp) =>
  expect.poll(() => screenText(page), { timeout: 20_000 }).toMatch(part);

it("opens a terminal that works in the workspace, is found again after a reload, and ends when it is given back", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const run = await startNote(daemon);
  await signIn(page, daemon, `/runs/${run}/terminal`);
  await page.getByText("No terminal is open here.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "terminal-empty");

  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("has the workspace: a terminal of theirs writes it").waitFor();
  await page.getByRole("button", { name: "Open terminal" }).click();
  await page.getByText("writes the workspace ·").waitFor();
  await shows(page, /\$\s*$/u);
  // The keyboard is in it at once, and its size is that of its place.
  await page.keyboard.type("cat NOTES.md; stty size; echo by hand > mine.txt\n");
  await shows(page, /hello\n\d{2} \d{3}\n/u);
  await takePicture(page, "terminal-writes");
  // What a hostile program says reaches no further than the screen.
  const title = await page.title();
  await page.keyboard.type(
    String.raw`printf '\e]0;evil\a\e]52;c;ZXZpbA==\a\e]8;;http://evil.example\alink\e]8;;\a\n\e[31mred\e[0m \e[42mgreen\e[0m <b>bold</b>\n'` +
      "\n",
  );
  await shows(page, /link\nred green <b>bold<\/b>\n/u);
  expect(await page.title()).toBe(title);
  await page.locator("[data-terminal]").getByText("link").last().click({ force: true });
  expect(context.pages()).toHaveLength(1);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "terminal-open");

  // Keys of the page are the terminal's while one types in it; one key leaves it.
  await page.locator("[data-terminal] textarea").focus();
  await page.keyboard.press("F6");
  await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("End terminal");

  await page.reload();
  await shows(page, /link\nred green <b>bold<\/b>\n/u);
  await page.setViewportSize({ width: WIDTHS.phone, height: 800 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("[data-terminal] textarea").focus();
  await page.keyboard.type("clear; stty size\n");
  await shows(page, /\d{2} \d{2}\n/u);
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  // The part that is shown stays in sight, though there is no room for all their names.
  const tab = await page.getByRole("link", { name: "Terminal" }).boundingBox();
  expect((tab?.x ?? 0) + (tab?.width ?? Infinity)).toBeLessThanOrEqual(WIDTHS.phone);
  await takePicture(page, "terminal-phone-dark");

  await page.setViewportSize({ width: WIDTHS.desk, height: 900 });
  await page.getByRole("button", { name: "Give back" }).click();
  await page.getByText("The workspace was given back").waitFor();
  await takePicture(page, "terminal-given");
  expect(context.foreign).toEqual([]);
});

it("a terminal that only looks gives way to one that writes once the workspace is taken over", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  await using context = await openContext(browser, { width: WIDTHS.phone });
  const page = await context.newPage();
  const run = await startNote(daemon);
  await signIn(page, daemon, `/runs/${run}/terminal`);
  const opener = page.getByRole("button", { name: "Open terminal" });
  await opener.click();
  await page.getByText("read-only ·").waitFor();
  await shows(page, /\$\s*$/u);
  await page.keyboard.type("echo by hand > mine.txt\n");
  await shows(page, /Read-only file system/u);
  expect(await violationsOf(page)).toEqual([]);

  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("writes the workspace ·").waitFor();
  await shows(page, /^\S* ?\$\s*$/u);
  await page.keyboard.type("echo by hand > mine.txt; cat mine.txt\n");
  await shows(page, /\nby hand\n/u);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "terminal-taken-phone");

  // The one before goes on: whatever runs in it is not lost.
  const choice = page.getByRole("navigation", { name: "Terminals" }).getByRole("button");
  await expect.poll(() => choice.count()).toBe(2);
  await choice.first().click();
  await page.getByText("The terminal below only looks").waitFor();
  await shows(page, /Read-only file system/u);

  for (const count of [3, 4]) {
    await opener.click();
    await expect.poll(() => choice.count()).toBe(count);
    await page.getByText("Open", { exact: true }).waitFor();
  }
  await opener.click();
  await page.getByRole("alert").getByText("4 terminals of this run are open").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "terminal-refused-phone");
});

it("a terminal without a fence says so", async () => {
  using project = projectOf();
  await using daemon = createDaemon(project);
  await using context = await openContext(browser, { width: WIDTHS.phone, theme: "dark" });
  const page = await context.newPage();
  const run = await startNote(daemon, "--isolation", "none");
  await signIn(page, daemon, `/runs/${run}/terminal`);
  const opener = page.getByRole("button", { name: "Open terminal" });
  // Nothing would keep it from writing, so it is not opened only to look.
  await opener.click();
  await page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByText("has the workspace: a terminal of theirs writes it").waitFor();
  await opener.click();
  await page.getByRole("alert").getByText("There is no fence around this terminal").waitFor();
  await shows(page, /\$\s*$/u);
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "terminal-unfenced-phone");
});
