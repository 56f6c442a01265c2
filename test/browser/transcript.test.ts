/** A transcript in a browser: colours of terminals, pictures of agents, and nothing that an agent could act by. */
import { crc32, deflateSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBrowser, openContext, takePicture, violationsOf } from "../fixtures/browser.ts";
import { createDaemon, startRun } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET } from "../fixtures/project.ts";
import { signIn } from "../fixtures/web.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const chunkOf = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
};

const SIDE_PX = 64;

/** A red square. */
const square = (): string => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE_PX, 0);
  head.writeUInt32BE(SIDE_PX, 4);
  head.set([8, 2], 8);
  const line = Buffer.concat([
    Buffer.of(0),
    Buffer.alloc(SIDE_PX * 3).fill(Buffer.of(200, 30, 30)),
  ]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIDE_PX }, () => line)));
  const parts = [chunkOf("IHDR", head), chunkOf("IDAT", pixels), chunkOf("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts]).toString("base64");
};

const SVG = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>").toString("base64");

const shows = (data: string, mimeType: string) => ({
  do: "notify" as const,
  method: "session/update",
  params: {
    sessionId: "any",
    update: {
      sessionUpdate: "agent_message_chunk",
      content: { type: "image", mimeType, data, uri: "https://elsewhere.example/a.png" },
    },
  },
});

const SHOWING = {
  ...AUTHOR,
  turns: AUTHOR.turns.map((turn) => ({
    ...turn,
    do: [
      {
        do: "complain" as const,
        text: "\u001B[31mred\u001B[0m \u001B[32mgreen\u001B]0;x\u0007\u001B[0m",
      },
      shows(square(), "image/png"),
      shows(SVG, "image/svg+xml"),
      ...turn.do,
    ],
  })),
};

const widthOf = (page: Page) =>
  page.getByRole("img", { name: /^Sent by the agent/u }).evaluate((image) => ({
    width: (image as unknown as { readonly naturalWidth: number }).naturalWidth,
    source: image.getAttribute("src"),
  }));

it("shows the colours and the pictures of an agent, from this daemon alone, and tells of its end", async () => {
  using project = createProject({ agents: { ...DUET, alto: { ...DUET.alto, script: SHOWING } } });
  await using daemon = createDaemon(project);
  await using context = await openContext(browser);
  const page = await context.newPage();
  await signIn(page, daemon, "/");
  const run = await startRun(daemon.client, project);
  // A person who looks elsewhere is told that a question is there.
  await page.getByRole("status").filter({ hasText: "Needs you: Approve spec.md" }).waitFor();
  const [session] = (await daemon.client.run(run)).steps.map(({ id }) => `${run}/${id}/1`);
  await page.goto(
    `${new URL(page.url()).origin}/runs/${run}/transcript?session=${encodeURIComponent(session ?? "")}`,
  );
  const log = page.getByRole("log", { name: "Transcript" });
  await log.getByText("red", { exact: true }).waitFor();
  expect(await log.innerText()).not.toContain("]0;");
  const picture = page.getByRole("img", { name: /^Sent by the agent/u });
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => widthOf(page)).toMatchObject({ width: SIDE_PX });
  expect((await widthOf(page)).source).toMatch(/^\/api\/v1\/blobs\/[0-9a-f]{64}\?as=image$/u);
  await log.getByText("A picture of the agent is not shown.").waitFor();
  await log.getByText("Report contract.yaml").click();
  await log.getByText("+requirements:").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "transcript-picture");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await log.getByText("red", { exact: true }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await takePicture(page, "transcript-picture-dark");

  // Each entry and each event has an address, which is gone to and copied.
  const marked = page.locator("[aria-current=location]:focus");
  await page.keyboard.press("k");
  await page.waitForURL(/entry=\d+/u);
  const words = await marked.innerText();
  const { href } = new URL(page.url());
  await page.keyboard.press("y");
  await page.getByText("The link to what is shown here is copied.").waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+v");
  await expect.poll(() => page.getByRole("combobox").last().inputValue()).toBe(href);
  await page.reload();
  await marked.waitFor();
  expect(await marked.innerText()).toBe(words);
  expect(await violationsOf(page)).toEqual([]);
  await page.goto(href.replace(/entry=\d+/u, "entry=70000"));
  await page.getByText("Entry 70000, which the link names, is not in this transcript.").waitFor();
  await page.goto(href.replace(/\/transcript.*/u, "/record?event=2"));
  await page.locator("li[aria-current=location]:focus").getByText("2", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Event 1", exact: true }).click();
  await page.waitForURL(/event=1$/u);
  await page.locator("li[aria-current=location]:focus").getByText("run.started").waitFor();
  await page.goto(href.replace(/\/transcript.*/u, "/record?event=70000"));
  await page.getByText("Event 70000, which the link names, is not in this record.").waitFor();
  expect(context.foreign).toEqual([]);
});
