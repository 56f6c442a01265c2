/** Reads what an agent wrote. What is wrong is said in one sentence that the agent can act on. */
import { Contract, FindingsReport, Plan, ReproductionArtifact } from "@tutti/protocol";
import type { ArtifactData, Reproduction } from "@tutti/protocol";
import type { z } from "zod";
import { readBySchema } from "../documents/explain.ts";
import { formatProblem } from "../documents/problem.ts";
import { quoteList } from "../documents/suggest.ts";
import { readYaml } from "../documents/yaml-document.ts";
import type { Path, YamlDocument } from "../documents/yaml-document.ts";
import { findCycle } from "./graph.ts";

/** Longest artifact, in characters. */
const MAX_ARTIFACT_CHARS = 1_000_000;
/** Problems named at once; more would only bury the first. */
const MAX_PROBLEMS = 5;

export type ReadArtifact =
  | {
      readonly kind: "valid";
      readonly data: ArtifactData | { readonly kind: "findings"; readonly report: FindingsReport };
    }
  | { readonly kind: "invalid"; readonly problem: string };

/** `contract`: the contract of the run, against which `covers` and `requirement` are held. */
export const readArtifact = (
  name: string,
  text: string,
  options: { readonly contract?: Contract | undefined } = {},
): ReadArtifact => {
  if (text.trim() === "") return invalid(`${name} is empty. Write it.`);
  if (text.length > MAX_ARTIFACT_CHARS)
    return invalid(`${name} has more than ${MAX_ARTIFACT_CHARS} characters. Shorten it.`);
  const { contract } = options;
  switch (name) {
    case "contract.yaml":
      return readTyped(name, text, {
        schema: Contract,
        slips: (data) => repeated(data.requirements, "requirements"),
        toData: (data) => ({ kind: "contract", contract: data }),
      });
    case "plan.yaml":
      return readTyped(name, text, {
        schema: Plan,
        slips: (data) => planSlips(data, contract),
        toData: (data) => ({ kind: "plan", plan: data }),
      });
    case "reproduction.yaml":
      return readTyped(name, text, {
        schema: ReproductionArtifact,
        slips: ({ requirement, reproduction }) => [
          ...unknownRequirements(requirement === undefined ? [] : [requirement], {
            contract,
            path: ["requirement"],
          }),
          ...reproductionSlips(reproduction, ["reproduction"]),
        ],
        toData: ({ claim, requirement, reproduction }) => ({
          kind: "reproduction",
          claim,
          requirement: requirement ?? null,
          reproduction,
        }),
      });
    case "findings.json":
      return readTyped(name, text, {
        schema: FindingsReport,
        slips: (report) => findingsSlips(report, contract),
        toData: (report) => ({ kind: "findings", report }),
      });
    default:
      return { kind: "valid", data: { kind: "text" } };
  }
};

/** Something a schema cannot see: where, and what to do. */
type Slip = { readonly path: Path; readonly message: string };
type Data = Extract<ReadArtifact, { kind: "valid" }>["data"];

const invalid = (problem: string): ReadArtifact => ({ kind: "invalid", problem });

const readTyped = <Schema extends z.ZodType>(
  name: string,
  text: string,
  form: {
    readonly schema: Schema;
    readonly slips: (data: z.output<Schema>) => readonly Slip[];
    readonly toData: (data: z.output<Schema>) => Data;
  },
): ReadArtifact => {
  const body = withoutFence(text);
  const read = readYaml(body.text, { file: name, firstLine: body.firstLine });
  if (read.kind === "unreadable")
    return invalid(inOneText(read.problems.map((one) => formatProblem(one))));
  const parsed = readBySchema(form.schema, read.document);
  if (parsed.kind === "invalid")
    return invalid(inOneText(parsed.problems.map((one) => formatProblem(one))));
  const slips = form.slips(parsed.data);
  if (slips.length > 0)
    return invalid(inOneText(slips.map((slip) => formatSlip(slip, read.document))));
  return { kind: "valid", data: form.toData(parsed.data) };
};

const formatSlip = (slip: Slip, document: YamlDocument): string =>
  `${document.file}:${document.lineOf(slip.path)}: error: ${slip.message}`;

const inOneText = (lines: readonly string[]): string => {
  const more = lines.length - MAX_PROBLEMS;
  return [
    ...lines.slice(0, MAX_PROBLEMS),
    ...(more > 0 ? [`… and ${more} more problems.`] : []),
  ].join("\n");
};

/** Agents like to wrap a whole file in a code fence; what is inside is meant. */
const withoutFence = (text: string): { readonly text: string; readonly firstLine: number } => {
  const match = /^\s*```[a-z]*\n(?<inner>[\s\S]*?)\n```\s*$/u.exec(text);
  const inner = match?.groups?.["inner"];
  if (inner === undefined) return { text, firstLine: 1 };
  const before = text.slice(0, text.indexOf("```"));
  return { text: inner, firstLine: before.split("\n").length + 1 };
};

const repeated = (list: readonly { readonly id: string }[], key: string): Slip[] =>
  list.flatMap(({ id }, index) =>
    list.findIndex((other) => other.id === id) === index
      ? []
      : [{ path: [key, index, "id"], message: `\`${id}\` is there twice. Give each its own id.` }],
  );

const unknownRequirements = (
  ids: readonly string[],
  at: { readonly contract: Contract | undefined; readonly path: Path },
): Slip[] => {
  const known = at.contract?.requirements.map(({ id }) => id);
  if (known === undefined) return [];
  return ids
    .filter((id) => !known.includes(id))
    .map((id) => ({
      path: at.path,
      message: `\`${id}\` is not a requirement of contract.yaml. It has ${quoteList(known)}.`,
    }));
};

const planSlips = (plan: Plan, contract: Contract | undefined): Slip[] => {
  const ids = plan.items.map(({ id }) => id);
  const slips = plan.items.flatMap((item, index): Slip[] => [
    ...unknownRequirements(item.covers, { contract, path: ["items", index, "covers"] }),
    ...item.needs
      .filter((need) => !ids.includes(need))
      .map((need) => ({
        path: ["items", index, "needs"],
        message: `\`${need}\` is not an item of this plan. It has ${quoteList(ids)}.`,
      })),
  ]);
  const cycle = findCycle(plan.items);
  if (cycle !== null) {
    const first = ids.indexOf(cycle[0] ?? "");
    slips.push({
      path: ["items", first, "needs"],
      message: `The items need each other in a circle: ${cycle.join(" → ")}. Remove one of these needs.`,
    });
  }
  const covered = new Set(plan.items.flatMap(({ covers }) => covers));
  const open = (contract?.requirements ?? []).filter(({ id, must }) => must && !covered.has(id));
  if (open.length > 0) {
    slips.push({
      path: ["items"],
      message: `No item covers ${quoteList(open.map(({ id }) => id))}. Cover every requirement that is a must.`,
    });
  }
  return [...repeated(plan.items, "items"), ...slips];
};

const findingsSlips = (report: FindingsReport, contract: Contract | undefined): Slip[] =>
  report.findings.flatMap((finding, index) => [
    ...unknownRequirements(finding.requirements, {
      contract,
      path: ["findings", index, "requirements"],
    }),
    ...(finding.reproduction === undefined
      ? []
      : reproductionSlips(finding.reproduction, ["findings", index, "reproduction"])),
  ]);

const reproductionSlips = (reproduction: Reproduction, path: Path): Slip[] =>
  reproduction.files.flatMap((file, index) => {
    const reason = refusePath(file.path);
    return reason === null
      ? []
      : [
          {
            path: [...path, "files", index, "path"],
            message: `\`${file.path}\` ${reason}. Name a file inside the repository.`,
          },
        ];
  });

/** Files of a reproduction stay inside the tree and touch neither git nor the rules of the run. */
const refusePath = (path: string): string | null => {
  if (path.startsWith("/") || path.includes("\\") || path.includes("\0"))
    return "is not a relative path";
  const parts = path.split("/");
  if (parts.some((part) => part === ".." || part === "." || part === ""))
    return "is not a plain path";
  if (parts.some((part) => part.toLowerCase() === ".git")) return "belongs to git";
  return parts[0]?.toLowerCase() === ".tutti" ? "belongs to the rules of the run" : null;
};
