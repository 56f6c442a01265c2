/** The gateway with one open session, a process of its own: FOLDER PROVIDER_PORT MODEL… Prints port and token. */
import { createServer } from "node:net";
import { ModelCaller, ModelPolicy } from "@tutti/protocol";
import { createGateway } from "../../packages/tutti/src/gateway/gateway.ts";
import { systemClock } from "../../packages/tutti/src/platform/clock.ts";
import { openSqliteStore } from "../../packages/tutti/src/store/sqlite/store.ts";

const [folder = "", port = "", ...names] = process.argv.slice(2);
const price = { input: 3, output: 15, cached: 0.3 };
const models = Object.fromEntries(names.map((name) => [name, { usd: price }]));
const gateway = createGateway({
  store: openSqliteStore(folder),
  secrets: { get: async () => "sk-bench" },
  providers: async () => ({
    bench: { dialect: "anthropic", url: `http://127.0.0.1:${port}`, key: "BENCH_KEY", models },
  }),
  clock: systemClock,
  log: (message) => process.stderr.write(`${message}\n`),
});
const lease = await gateway.open({
  caller: ModelCaller.parse({
    run: "r-000000000001",
    project: "p-bench0",
    step: "build",
    attempt: 1,
    effect: "e-000000000001-1",
    agent: "bench",
  }),
  provider: "bench",
  policy: ModelPolicy.parse({}),
  budget: { run: { tokens: 1_000_000_000_000 }, day: { usd: 1_000_000 } },
});
const listening = createServer();
listening.listen(0, "127.0.0.1", () => {
  lease.attach(listening);
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(`${address.port} ${lease.token}\n`);
});
