/** What one kind of project (Node, Python, …) contributes to a configuration. */
import type { MachineReader, ProjectReader } from "./readers.ts";

export type DetectedCheck = {
  readonly name: "build" | "types" | "lint" | "test";
  readonly run: string;
  readonly report?: "tap" | "junit";
  readonly reportFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file and entry it was found in, for the comment. */
  readonly from: string;
};

export type DetectedRecipe = {
  /** A shell command; empty when nothing has to be installed. */
  readonly setup: string;
  readonly dependencies: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly egress: readonly string[];
};

export type Ecosystem = {
  readonly name: string;
  readonly checks: readonly DetectedCheck[];
  readonly recipe: DetectedRecipe | null;
  /** Programs that checks and set-up call, by name. */
  readonly tools: readonly string[];
  /** What a person should look at. */
  readonly notes: readonly string[];
};

export type Detector = (
  project: ProjectReader,
  machine: MachineReader,
) => Promise<Ecosystem | null>;

/** JSON of a manifest; null when it is absent or no JSON object. */
export const readJson = async (
  project: ProjectReader,
  path: string,
): Promise<Readonly<Record<string, unknown>> | null> => {
  const text = await project.read(path);
  if (text === null) return null;
  const value = parseJson(text);
  return isRecord(value) ? value : null;
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a manifest that its own tools refuse too
  }
};

/** `HOST:PORT` of a URL; null for what is no http URL. */
export const hostOf = (url: string): string | null => {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return null;
  return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
};
