/** What a person sets, gives and ends in a browser: notices, keys, files of a task, the session. */
import { userInfo } from "node:os";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext } from "../fixtures/browser.ts";
import { createDaemon, type Daemon, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let project: Project;
let daemon: Daemon;
let browser: Browser;
beforeAll(async () => {
  project = createProject({ agents: DUET });
  daemon = createDaemon(project);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await daemon[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

/** Run in each page: writes down what the page asks of the browser, which does it as always. */
const RECORDER = `{
  const told = (globalThis.told = { asked: 0, notices: [], tones: 0 });
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      told.notices.push(title + ": " + options.body);
    }
    static requestPermission() {
      told.asked += 1;
      return super.requestPermission();
    }
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...args) {
    told.tones += 1;
    return start.apply(this, args);
  };
}`;

type Told = { readonly asked: number; readonly notices: readonly string[]; readonly tones: number };
const toldBy = (page: Page): Promise<Told> => page.evaluate("told");

it("a browser is asked for notices by a click alone, and tells once of what needs a person", async () => {
  await using context = await openContext(browser);
  await context.grantPermissions(["notifications"]);
  await context.addInitScript(RECORDER);
  const page = await context.newPage();
  const origin = await signIn(page, daemon, "/settings");
  // It is open before anything is asked for, and is told of that.
  const other = await context.newPage();
  await other.goto(`${origin}/board`);
  await other.getByRole("heading", { name: "Board" }).waitFor();
  await page.bringToFront();
  const notice = page.getByLabel("A notification of the browser");
  await notice.waitFor();
  expect(await toldBy(page)).toEqual({ asked: 0, notices: [], tones: 0 });
  await notice.click();
  await expect.poll(() => notice.isChecked()).toBe(true);
  await page.getByLabel("A sound").check();
  await startRun(daemon.client, project);
  for (const one of [page, other]) await one.getByRole("link", { name: "1 needs you" }).waitFor();
  const all = async () => {
    const [here, there] = [await toldBy(page), await toldBy(other)];
    return {
      asked: here.asked + there.asked,
      notices: [...here.notices, ...there.notices],
      tones: here.tones + there.tones,
    };
  };
  await expect.poll(all).toEqual({
    asked: 1,
    notices: ["Tutti needs you: Approve spec.md and contract.yaml"],
    tones: 2,
  });
});

it("a browser that allows no notices is said to, and none is wanted", async () => {
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, "/settings");
  const notice = page.getByLabel("A notification of the browser");
  await notice.click();
  await page.getByText("The browser does not allow notifications of this page.").waitFor();
  expect(await notice.isChecked()).toBe(false);
});

it("a key is stored and removed, is in the audit by its name, and in no page and no answer", async () => {
  await using context = await openContext(browser);
  const page = await context.newPage();
  const secret = "sk-which-nobody-reads-again";
  const answers: string[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/keys"))
      void response.text().then(
        (text) => answers.push(text),
        () => {}, // the page has left it
      );
  });
  await signIn(page, daemon, "/settings");
  await page.getByLabel("Name of the key").fill("EXAMPLE_API_KEY");
  await page.getByLabel("Its value").fill(secret);
  await page.getByRole("button", { name: "Store the key" }).click();
  const remove = page.getByRole("button", { name: "Remove EXAMPLE_API_KEY" });
  await remove.waitFor();
  expect(await page.getByLabel("Its value").inputValue()).toBe("");
  expect(await page.content()).not.toContain(secret);
  await page.reload();
  await remove.click();
  await remove.waitFor({ state: "detached" });
  const told = page.getByRole("region", { name: "Audit" }).getByRole("listitem");
  await expect
    .poll(async () => (await told.allInnerTexts()).slice(0, 2).map((text) => text.split(/\s+/u)))
    .toEqual([
      expect.arrayContaining([userInfo().username, "key.removed", "EXAMPLE_API_KEY"]),
      expect.arrayContaining([userInfo().username, "key.set", "EXAMPLE_API_KEY"]),
    ]);
  await expect.poll(() => answers.length).toBeGreaterThanOrEqual(4);
  expect(answers.join("\n")).not.toContain(secret);
});

it("files that are attached go with the task, and one that is no text is refused by its name", async () => {
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, "/new");
  await page.getByLabel("Project", { exact: true }).fill(project.root);
  await page.getByLabel("Task", { exact: true }).fill("Do what the notes say");
  await page.getByLabel("Files to attach").setInputFiles([
    {
      name: "notes.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("Empty lists have the sum 0.\n"),
    },
    { name: "left-out.txt", mimeType: "text/plain", buffer: Buffer.from("Not this.\n") },
    { name: "image.png", mimeType: "image/png", buffer: Buffer.from([0x89, 0x50, 0xff, 0x00]) },
  ]);
  await page.getByText("image.png is not a text.").waitFor();
  await page.getByRole("button", { name: "Leave out left-out.txt" }).click();
  await page.getByRole("button", { name: "Start the task" }).click();
  await page.waitForURL(/\/runs\/r-/u);
  const { task } = await daemon.client.run(new URL(page.url()).pathname.split("/")[2] ?? "");
  expect(task.text).toBe(
    "Do what the notes say\n\nFile notes.txt:\n```\nEmpty lists have the sum 0.\n```",
  );
});

it("a browser that signs out is signed out in all of its pages at once", async () => {
  await using context = await openContext(browser);
  const page = await context.newPage();
  const origin = await signIn(page, daemon, "/settings");
  const other = await context.newPage();
  await other.goto(`${origin}/board`);
  await other.getByRole("heading", { name: "Board" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Open Tutti from your terminal").waitFor();
  await other.getByText("This browser is no longer signed in.").waitFor();
  await other.reload();
  await other.getByText("Open Tutti from your terminal").waitFor();
  const answer = await context.request.get(`${origin}/api/v1/attention`);
  expect(answer.status()).toBe(401);
});
