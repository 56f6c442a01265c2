import { defineConfig } from "vitest/config";

/** Wall time for one test, in ms, by tier. */
const timeouts = {
  unit: 60_000,
  conformance: 60_000,
  fences: 60_000,
  faults: 120_000,
  e2e: 120_000,
  browser: 240_000,
  "browser-alone": 240_000,
  agents: 240_000,
};

function tier(name: keyof typeof timeouts, include: string[]) {
  const timeout = timeouts[name];
  return {
    extends: true as const,
    test: { name, include, testTimeout: timeout, hookTimeout: timeout },
  };
}

// Another user than the checkout's owner may run a tier: scripts/test.mjs then names a folder.
const cacheFolder = process.env["TUTTI_TEST_CACHE"] ?? ".cache/vitest";

export default defineConfig({
  cacheDir: cacheFolder,
  test: {
    environment: "node",
    pool: "forks",
    fsModuleCachePath: `${cacheFolder}/modules`,
    allowOnly: false,
    // In ms: what comes soon on a quiet machine comes later on a busy one.
    expect: { poll: { timeout: 10_000 } },
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      tier("unit", ["packages/*/test/**/*.test.ts", "test/fixtures/**/*.test.ts"]),
      tier("conformance", ["test/conformance/**/*.test.ts"]),
      tier("faults", ["test/faults/**/*.test.ts"]),
      tier("fences", ["test/fences/**/*.test.ts"]),
      tier("e2e", ["test/e2e/**/*.test.ts"]),
      tier("browser", ["test/browser/*.test.ts"]),
      tier("browser-alone", ["test/browser/alone/*.test.ts"]),
      tier("agents", ["test/agents/**/*.test.ts"]),
    ],
  },
});
