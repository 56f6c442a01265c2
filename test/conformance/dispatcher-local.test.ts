import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { createLocalDispatcher } from "../../packages/tutti/src/dispatch/local/dispatcher.ts";
import { systemClock } from "../../packages/tutti/src/platform/clock.ts";
import { openSqliteStore } from "../../packages/tutti/src/store/sqlite/store.ts";
import { testDispatcher } from "./dispatcher.ts";

const DELAYS = { firstDelayMs: 2, longestDelayMs: 10 };

describe("the dispatcher of one process, on the SQLite store", () => {
  testDispatcher(() => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-dispatch-"));
    return {
      openStore: () => openSqliteStore(folder),
      create: (hooks, { store, owner, attemptsMax }) =>
        createLocalDispatcher({
          ...hooks,
          store,
          owner,
          clock: systemClock,
          report: () => undefined,
          retry: { ...DELAYS, attemptsMax, settlesMax: attemptsMax },
        }),
      dispose: () => rmSync(folder, { recursive: true }),
    };
  });
});
