/** Reads what a turn left in its artifacts folder: bounded, validated, stored by hash. */
import { open } from "node:fs/promises";
import { constants } from "node:fs";
import path from "node:path";
import type {
  ArtifactData,
  Contract,
  FindingReport,
  RunDocument,
  StoredArtifact,
} from "@tutti/protocol";
import type { Deps } from "../ports/deps.ts";

/** An artifact is a document, not a dump. */
const ARTIFACT_MAX_BYTES = 1024 * 1024;

export type Collected = {
  readonly artifacts: readonly (StoredArtifact & { data: ArtifactData })[];
  readonly findings: readonly FindingReport[] | null;
  readonly problems: readonly string[];
};

type Text =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" | "unreadable" };

/** Agent-written: links are not followed, and only plain files count. */
const readBounded = async (file: string): Promise<Text> => {
  try {
    await using handle = await open(
      file,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > ARTIFACT_MAX_BYTES) return { kind: "unreadable" };
    return { kind: "text", text: await handle.readFile("utf8") };
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { kind: isAbsent ? "absent" : "unreadable" };
  }
};

const contractOf = (state: RunDocument): Contract | null => {
  const data = state.artifacts["contract.yaml"]?.data;
  return data?.kind === "contract" ? data.contract : null;
};

type Read = {
  readonly artifact?: StoredArtifact & { data: ArtifactData };
  readonly findings?: readonly FindingReport[] | null;
  readonly problem?: string;
};

const readOne = async (
  deps: Deps,
  file: string,
  context: { contract: Contract | null },
): Promise<Read> => {
  const name = path.basename(file);
  const content = await readBounded(file);
  if (content.kind === "absent")
    return { problem: `${name} is missing: write it into the folder named by $TUTTI_ARTIFACTS` };
  if (content.kind !== "text")
    return {
      problem: `${name} cannot be read: it must be a plain file of at most ${ARTIFACT_MAX_BYTES / 1024} KiB`,
    };
  // Before it is read: what counts is what is kept.
  const text = deps.redactor.text(content.text);
  const read = deps.rules.artifact(name, text, context);
  if (read.kind === "invalid") return { problem: read.problem };
  const bytes = new TextEncoder().encode(text);
  const hash = await deps.store.blobs.put(bytes);
  return {
    artifact: { name, hash, bytes: bytes.byteLength, data: read.data },
    findings: read.findings,
  };
};

/** The contract comes before the plan, so that a plan is held against the contract of the same turn. */
export const collectArtifacts = async (
  deps: Deps,
  state: RunDocument,
  from: { readonly folder: string; readonly names: readonly string[] },
): Promise<Collected> => {
  const artifacts: (StoredArtifact & { data: ArtifactData })[] = [];
  const problems: string[] = [];
  let findings: readonly FindingReport[] | null = null;
  let contract = contractOf(state);
  for (const name of from.names.toSorted()) {
    const read = await readOne(deps, path.join(from.folder, name), { contract });
    if (read.problem !== undefined) problems.push(read.problem);
    if (read.artifact?.data.kind === "contract") contract = read.artifact.data.contract;
    if (read.artifact !== undefined) artifacts.push(read.artifact);
    findings = read.findings ?? findings;
  }
  return { artifacts, findings, problems };
};

/** Whole texts of artifacts, for prompts. */
export const artifactTexts = async (
  deps: Deps,
  state: RunDocument,
  names: readonly string[],
): Promise<{ name: string; text: string }[]> => {
  const texts: { name: string; text: string }[] = [];
  for (const name of names) {
    const stored = state.artifacts[name];
    const bytes = stored === undefined ? null : await deps.store.blobs.get(stored.artifact.hash);
    if (bytes !== null) texts.push({ name, text: new TextDecoder().decode(bytes) });
  }
  return texts;
};
