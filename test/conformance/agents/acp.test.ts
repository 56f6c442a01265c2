import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { acpAgents } from "../../../packages/tutti/src/agents/acp/agents.ts";
import { systemClock } from "../../../packages/tutti/src/platform/clock.ts";
import { createSandbox } from "../../../packages/tutti/src/workspace/sandbox/sandbox.ts";
import { describeFence } from "./misbehaviour.ts";
import { createRig } from "./rig.ts";
import { describeAgents } from "./suite.ts";

const dataFolder = mkdtempSync(join(tmpdir(), "tutti-agents-data-"));
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

const agents = acpAgents({ sandbox: createSandbox({ dataFolder }), clock: systemClock });

const unfenced = () => createRig(agents, "none");
const fenced = () => createRig(agents, "sandbox");

describeAgents("ACP unfenced", unfenced);
describeAgents("ACP in the fence", fenced);

describeFence("ACP in the fence", fenced);
