/** The four answers of an approval, and texts that are corrected and commented before they are approved. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Action, Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { openBrowser, openContext, takePicture, violationsOf } from "../fixtures/browser.ts";
import { createDaemon, ended, happened, startRun } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const SPEC = "Approve spec.md and contract.yaml";
/** Time for the turns of several agents. */
const TURNS_MS = 180_000;
const MERGE = "Approve the merge into main";

it("a text is commented and corrected, never over another one, and approved with a comment", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const run = await startRun(daemon.client, project);
  await signIn(page, daemon, `/runs/${run}/spec`);
  const main = page.getByRole("main");
  await main.getByText(SPEC).first().waitFor();
  const spec = main.getByRole("region", { name: "spec.md", exact: true });
  await spec.getByLabel("Comment on spec.md").fill("What of strings?");
  await spec.getByRole("button", { name: "Comment", exact: true }).click();
  await spec.getByText("What of strings?").waitFor();

  await spec.getByRole("button", { name: "Edit" }).click();
  const field = spec.getByLabel("Text of spec.md");
  await field.fill("# Mine\n\nZero it is.\n");
  await spec.getByRole("button", { name: "Save as mine" }).click();
  await spec.getByRole("heading", { name: "Mine" }).waitFor();
  expect(await daemon.client.artifact(run, "spec.md")).toContain("Zero it is.");

  await spec.getByRole("button", { name: "Edit" }).click();
  await field.fill("# Too late\n");
  await daemon.client.amend(run, { name: "spec.md", text: "# Meanwhile\n" });
  await spec.getByText("It was replaced while you wrote").waitFor();
  const answer = page.waitForResponse((one) => one.request().method() === "PUT");
  await spec.getByRole("button", { name: "Save as mine" }).click();
  expect((await answer).ok()).toBe(false);
  expect(await daemon.client.artifact(run, "spec.md")).toBe("# Meanwhile\n");
  expect(await field.inputValue()).toBe("# Too late\n");
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "spec-edit");
  await spec.getByRole("button", { name: "Leave as it was" }).click();
  await spec.getByRole("heading", { name: "Meanwhile" }).waitFor();

  const panel = main.getByRole("region", { name: "Approval" });
  await panel.getByRole("button", { name: /^Proceed with/u }).click();
  await panel.getByLabel("Comment", { exact: true }).fill("Mind the strings.");
  await panel.getByRole("button", { name: /^Proceed with/u }).click();
  await happened(
    daemon.client,
    run,
    ({ body }) => body.type === "approval.given" && body.comment === "Mind the strings.",
  );
});

/** Another change than before: the same once more would be none, and the run would ask what to do. */
const SUM_ONCE_MORE =
  "// Of no values, too.\nexport const sum = (values) => values.reduce((total, value) => total + value, 0);\n";
const authorOnceMore: Script = {
  ...AUTHOR,
  turns: [
    { step: "build", do: [{ do: "write", path: "sum.mjs", content: SUM_ONCE_MORE }] },
    ...AUTHOR.turns,
  ],
};

it("a merge is sent back with words, and its run is cancelled after a second question", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const run = await startRun(daemon.client, project);
  await signIn(page, daemon, `/runs/${run}`);
  const main = page.getByRole("main");
  const panel = main.getByRole("region", { name: "Needs you" });
  await panel.getByText(SPEC).waitFor();
  // Laid out, not as its source.
  await panel.getByRole("region", { name: "spec.md" }).getByRole("heading").nth(1).waitFor();
  await panel.getByRole("button", { name: /^Proceed(?! with)/u }).click();
  await panel.getByText(MERGE).waitFor({ timeout: TURNS_MS });
  project.script("alto", authorOnceMore);
  await panel.getByRole("button", { name: /^Ask for changes/u }).click();
  await panel.getByLabel("Comment", { exact: true }).fill("Once more, please.");
  await panel.getByRole("button", { name: /^Ask for changes/u }).click();
  await happened(
    daemon.client,
    run,
    ({ body }) => body.type === "approval.refused" && body.comment === "Once more, please.",
  );
  await panel.getByText(MERGE).waitFor({ state: "detached" });
  await panel.getByText(MERGE).waitFor({ timeout: TURNS_MS });
  await panel.getByRole("button", { name: /^Cancel/u }).click();
  await panel.getByText("The run ends.").waitFor();
  await panel.getByRole("button", { name: /^Cancel/u }).click();
  await ended(daemon.client, run);
  expect((await daemon.client.run(run)).state).toBe("cancelled");
  await main.getByText("cancelled").first().waitFor();
});

const QUESTION = "Which engine is the table for?";

type Elicit = Extract<Action, { do: "elicit" }>;

const projectThatAsks = (elicit: Elicit) =>
  createProject({
    agents: {
      ...DUET,
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [{ step: "implement", do: [elicit] }] },
      },
    },
  });

it("an agent's question is answered in place with the keyboard alone, and another is left to the agent", async () => {
  const elicit: Elicit = {
    do: "elicit",
    message: `${QUESTION}\n<img src=x onerror=alert(1)> It cannot be changed later.`,
    schema: {
      properties: {
        engine: {
          type: "string",
          title: "Engine",
          oneOf: [
            { const: "sqlite", title: "SQLite", description: "One file, nothing to run" },
            { const: "postgres", title: "PostgreSQL" },
          ],
        },
        name: { type: "string", title: "Name of the table", minLength: 2 },
        rows: { type: "integer", title: "Rows", minimum: 1, maximum: 100, default: 10 },
        parts: { type: "array", title: "Parts", items: { type: "string", enum: ["keys", "log"] } },
        isShared: { type: "boolean", title: "Shared", default: false },
      },
      required: ["engine", "name"],
    },
  };
  using project = projectThatAsks(elicit);
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const { client } = daemon;
  const run = await startRun(client, project, { workflow: "quick" });
  await signIn(page, daemon);
  await page.getByRole("button", { name: QUESTION }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("o");
  const form = page.getByRole("form", { name: "Your answer" });
  await form.waitFor();
  await page.keyboard.press("p");
  await page.keyboard.press("Control+Enter");
  await form.getByText("Still needed: Engine, Name of the table.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "question");
  await page.keyboard.press("Space");
  expect(await form.getByRole("radio", { name: /^SQLite/u }).isChecked()).toBe(true);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("x");
  await page.keyboard.press("Control+Enter");
  // The daemon judges: what is wrong is said, and nothing that was written is lost.
  await page.getByText("name needs at least 2 characters").waitFor();
  await page.keyboard.type("y");
  await page.keyboard.press("Control+Enter");
  const { body } = await happened(client, run, (event) => event.body.type === "question.answered");
  expect(body).toMatchObject({
    action: "accept",
    values: { engine: "postgres", name: "xy", rows: 10, isShared: false },
  });
  await form.waitFor({ state: "detached" });

  const other = await startRun(client, project, { workflow: "quick" });
  await page.locator(`[data-row^="${other}/"]`).click();
  await page.getByRole("button", { name: "Let the agent decide" }).click();
  await happened(
    client,
    other,
    (event) => event.body.type === "question.answered" && event.body.action === "decline",
  );
});

it("names that an agent gives to fields break no form, and the keys of a form are its own", async () => {
  const list = { type: "string", enum: ["keys", "log"] };
  const elicit: Elicit = {
    do: "elicit",
    message: QUESTION,
    schema: {
      properties: {
        insertBefore: { ...list, title: "First" },
        removeChild: { ...list, title: "Second" },
        querySelector: { ...list, title: "Third" },
      },
      required: ["removeChild"],
    },
  };
  using project = projectThatAsks(elicit);
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  await signIn(page, daemon, `/runs/${run}`);
  const form = page.getByRole("form", { name: "Your answer" });
  await form.waitFor();
  await page.keyboard.press("p");
  const focused = page.locator(":focus");
  expect(await focused.inputValue()).toBe("on");
  await page.keyboard.press("Control+Enter");
  await form.getByText("Still needed: Second.").waitFor();
  const second = form.getByRole("group", { name: "Second" });
  expect(await second.locator(":focus").count()).toBe(1);
  // Whether the run is to end is asked below meanwhile, which the same keys would answer.
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByText("The run ends.").waitFor();
  await second.getByRole("radio", { name: "log" }).check();
  await page.keyboard.press("Control+Enter");
  const { body } = await happened(
    daemon.client,
    run,
    (event) => event.body.type === "question.answered" || event.body.type === "run.cancelled",
  );
  expect(body).toMatchObject({ action: "accept", values: { removeChild: "log" } });
});
