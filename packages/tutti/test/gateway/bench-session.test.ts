/** What `npm run bench -- gateway` measures: a session that answers, by the rules of now. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PROGRAMS = fileURLToPath(new URL("../../../../bench/programs", import.meta.url));

/** The program, and the line by which it says that it is ready. */
const start = async (name: string, args: readonly string[]): Promise<[ChildProcess, string]> => {
  const child = spawn(process.execPath, [join(PROGRAMS, name), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) return [child, line];
  throw new Error(`${name} ended before it was ready`);
};

/** Status of the answer. `line`: port and token of the session. */
const ask = async (line: string, model: string): Promise<number> => {
  const [port = "", token = ""] = line.split(" ");
  const answer = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": token, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 10, messages: [] }),
  });
  await answer.arrayBuffer();
  return answer.status;
};

it("the gateway of the bench passes on a model of its provider, whose price is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-bench-test-"));
  const children: ChildProcess[] = [];
  try {
    const [provider, port] = await start("gateway-provider.ts", []);
    children.push(provider);
    const [gateway, line] = await start("gateway-session.ts", [folder, port, "short"]);
    children.push(gateway);
    expect(await ask(line, "short")).toBe(200);
    expect(await ask(line, "other")).toBe(402);
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
});
