import { describeWork } from "../conformance/agents/every-agent.ts";
import { REAL_AGENTS } from "../fixtures/real-agents.ts";
import { createRealRig } from "./rig.ts";

for (const id of REAL_AGENTS) describeWork(id, () => createRealRig(id));
