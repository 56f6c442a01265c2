import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { TuttiError } from "@tutti/protocol";
import { acpAgents } from "../../../packages/tutti/src/agents/acp/agents.ts";
import { createLogins } from "../../../packages/tutti/src/agents/acp/logins.ts";
import { catalogEntry } from "../../../packages/tutti/src/agents/catalog/catalog.ts";
import { systemClock } from "../../../packages/tutti/src/platform/clock.ts";
import type { Gateway } from "../../../packages/tutti/src/engine/ports/gateway.ts";
import { createSandbox } from "../../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import { describeFence } from "./misbehaviour.ts";
import { createRig } from "./rig.ts";
import { describeAgents } from "./suite.ts";

/** The scripted agent asks no model. */
const noGateway: Gateway = {
  open: ({ provider }) =>
    Promise.reject(new TuttiError("provider.unknown", `There is no provider ${provider}.`)),
  providers: () => Promise.resolve([]),
};

const dataFolder = mkdtempSync(join(tmpdir(), "tutti-agents-data-"));
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

const agents = acpAgents({
  sandbox: createSandbox({ dataFolder }),
  clock: systemClock,
  catalog: catalogEntry,
  logins: createLogins(join(dataFolder, "logins")),
  gateway: noGateway,
});

const unfenced = () => createRig(agents, "none");
const fenced = () => createRig(agents, "sandbox");

describeAgents("ACP unfenced", unfenced);
describeAgents("ACP in the fence", fenced);

describeFence("ACP in the fence", fenced);
