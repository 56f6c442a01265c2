/** A daemon that goes away while it is asked: what is asked again, and what is not. */
import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { connectDaemon } from "../../src/client/daemon-client.ts";

let folder: string;
let server: Server;
let asked: string[];
let starts: number;

const socketPath = (): string => join(folder, "daemon.sock");

/** One that is gone in the middle of whatever it is asked. */
const listen = async (): Promise<void> => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      asked.push(String(bytes).split(" HTTP")[0] ?? "");
      socket.destroy();
    });
  });
  server.listen(socketPath());
  await once(server, "listening");
};

const client = () =>
  connectDaemon({
    socketPath: socketPath(),
    version: null,
    start: async () => {
      starts += 1;
      if (!server.listening) await listen();
    },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tutti-client-"));
  asked = [];
  starts = 0;
  await listen();
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const GONE = { code: "daemon.unreachable" };

it("what is known by its key is sent once more, to a daemon that is started", async () => {
  await expect(client().command("r-1", { kind: "run.resume" })).rejects.toMatchObject(GONE);
  const sent = "POST /api/v1/runs/r-1/commands";
  expect([starts, asked]).toEqual([1, [sent, sent]]);
});

it("what a model is paid for is asked once, and starts no daemon in place of one that was stopped", async () => {
  const calls = [
    () => client().opinion("r-1", "F1"),
    () => client().advise({ path: "/p", text: "task" }),
    () => client().testAgent({ name: "alto", path: "/p" }),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(GONE);
  expect(starts).toBe(0);
  expect(asked).toEqual([
    "POST /api/v1/runs/r-1/findings/F1/opinion",
    "POST /api/v1/project/advice",
    "POST /api/v1/agents/test",
  ]);
});

it("where no daemon runs, one is started for it all the same", async () => {
  server.close();
  await once(server, "close");
  await expect(client().opinion("r-1", "F1")).rejects.toMatchObject(GONE);
  expect([starts, asked.length]).toEqual([1, 1]);
});
