import type { CapabilityView, DoctorReport, Probe } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import { hasErrors } from "../../documents/problem.ts";
import type { Cli } from "../cli.ts";
import { flagOption, type Action } from "../command-spec.ts";
import { machineLines, probeLines, projectLines, type ProjectState } from "../pages/doctor-page.ts";
import {
  examineConfig,
  examineDefault,
  examineWorkflows,
  workflowPlaces,
} from "../project-files.ts";
import { projectRoot } from "../project-root.ts";
import { knownError } from "../report-error.ts";

export const run: Action = async (cli, input) => {
  const say = (lines: readonly string[]): void => {
    if (!cli.isJson) cli.print(lines.join("\n"));
  };
  const machine = await examineMachine(cli);
  say(machineLines(machine.rows, machine.report, cli.style));
  const project = await examineProject(cli);
  say(projectLines(project, cli.style));
  const mayProbe = machine.report !== null && !flagOption(input, "quick");
  const probe = mayProbe && isSound(project) ? await probeProject(cli, project.root) : null;
  if (probe !== null) say(probeLines(probe.rows, cli.style));
  const findings = { machine, project, probe };
  const isOk = isFine(findings);
  if (cli.isJson) cli.printJson(documentOf(isOk, findings));
  return isOk ? EXIT.ok : EXIT.failed;
};

type Machine = { readonly rows: readonly CapabilityView[]; readonly report: DoctorReport | null };
type Probed = { readonly rows: readonly CapabilityView[]; readonly report: Probe | null };
type Findings = {
  readonly machine: Machine;
  readonly project: ProjectState | null;
  readonly probe: Probed | null;
};

function isFine({ machine, project, probe }: Findings): boolean {
  const rows = [...machine.rows, ...(probe?.rows ?? [])];
  const problems = [...(project?.problems ?? []), ...(project?.unready ?? [])];
  return rows.every(({ ok }) => ok) && !hasErrors(problems);
}

function documentOf(ok: boolean, { machine, project, probe }: Findings) {
  return {
    ok,
    capabilities: machine.rows,
    log: machine.report?.log ?? null,
    data: machine.report?.data ?? null,
    project,
    probe: probe === null ? null : { rows: probe.rows, ...probe.report },
  };
}

/** A daemon that does not start is itself a finding. */
async function examineMachine(cli: Cli): Promise<Machine> {
  try {
    const client = await cli.client();
    const report = await client.doctor({ probe: false });
    const daemon = { name: "daemon", ok: true, detail: `version ${report.version}`, mend: null };
    return { rows: [daemon, ...report.capabilities], report };
  } catch (error) {
    return { rows: [failure("daemon", error)], report: null };
  }
}

async function examineProject(cli: Cli): Promise<ProjectState | null> {
  const root = projectRoot(cli.deps.cwd);
  if (root === null) return null;
  const { isThere, config, problems } = await examineConfig(cli, root);
  const workflows = await examineWorkflows(root, config);
  const unready = config === null ? [] : await examineDefault(workflowPlaces(cli), config);
  return { root, isConfigured: isThere, problems: [...problems, ...workflows.problems], unready };
}

const isSound = (project: ProjectState | null): project is ProjectState =>
  project !== null && project.isConfigured && !hasErrors(project.problems);

async function probeProject(cli: Cli, path: string): Promise<Probed> {
  cli.note("Running every check and each agent's handshake once in the fence …");
  const client = await cli.client();
  try {
    const { probe } = await client.doctor({ path, probe: true }, { signal: cli.deps.signal });
    return { rows: probe === null ? [] : probeRows(probe), report: probe };
  } catch (error) {
    return { rows: [failure("project", error)], report: null };
  }
}

function probeRows({ checks, agents }: Probe): CapabilityView[] {
  const ofChecks = checks.map(({ name, outcome, detail }) => {
    const ok = outcome === "green";
    return { name: `check ${name}`, ok, detail: `${outcome}: ${detail}`, mend: null };
  });
  return [...ofChecks, ...agents.map((row) => ({ ...row, name: `agent ${row.name}` }))];
}

function failure(name: string, error: unknown): CapabilityView {
  const known = knownError(error);
  if (known === null) throw error;
  return { name, ok: false, detail: known.message, mend: known.mend };
}
