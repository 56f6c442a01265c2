/** Search over tasks, newest first: what was asked, found, wrote and changed. Every word must be there. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunDocument, SearchHit, SearchResult } from "@tutti/protocol";
import type { Engine } from "../engine/api.ts";
import type { RunSummary } from "../engine/ports/store.ts";
import { eachRun } from "./fleet-view.ts";

/** Tasks whose insides are looked through; older ones are found by their title and id. */
const READ_MAX = 1000;
const READ_AT_ONCE = 5;
const NAMES_AT_ONCE = 200;
/** Hits of one kind in one task; the task itself shows the others. */
const HITS_OF_A_KIND = 5;
const DETAIL_MAX_CHARACTERS = 200;
/** Shown before what matched. */
const LEAD_CHARACTERS = 60;

export type Searched = Pick<Engine, "document" | "runs">;

type SearchOptions = {
  readonly limit: number;
  /** Whoever asked has left, or asks something else by now. */
  readonly signal: AbortSignal;
};

/** Documents of ended tasks are read from the store, so everybody else has their turn in between. */
export async function search(
  engine: Searched,
  query: string,
  { limit, signal }: SearchOptions,
): Promise<SearchResult> {
  const words = query.toLowerCase().split(/\s+/u).filter(Boolean);
  const items: SearchHit[] = [];
  let looked = 0;
  for (const one of words.length === 0 ? [] : eachRun(engine)) {
    const isRead = looked < READ_MAX;
    if (looked % (isRead ? READ_AT_ONCE : NAMES_AT_ONCE) === 0) await nextTurn();
    if (signal.aborted) break;
    looked += 1;
    items.push(...(isRead ? hitsOf(engine.document(one.id), words) : namedHits(one, words)));
    if (items.length > limit) return { items: items.slice(0, limit), isCut: true };
  }
  return { items, isCut: looked > READ_MAX };
}

const hitsOf = (document: RunDocument | null, words: Words): SearchHit[] =>
  document === null ? [] : hitsIn(document, words);

const namedHits = ({ id, title }: RunSummary, words: Words): SearchHit[] =>
  isHit(`${id} ${title}`, words)
    ? [{ kind: "run", run: id, title, detail: lineAt(title, words), where: id }]
    : [];

type Words = readonly string[];

const isHit = (text: string, words: Words): boolean => {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
};

function hitsIn(document: RunDocument, words: Words): SearchHit[] {
  const { id, task } = document;
  const hitOf = (
    kind: SearchHit["kind"],
    { where, text }: { readonly where: string; readonly text: string },
  ): SearchHit => ({ kind, run: id, title: task.title, detail: lineAt(text, words), where });
  const some = (kind: SearchHit["kind"], found: readonly Found[]): SearchHit[] =>
    found
      .filter(({ text, where }) => isHit(`${where} ${text}`, words))
      .slice(0, HITS_OF_A_KIND)
      .map((one) => hitOf(kind, one));
  return [
    ...some("run", [{ where: id, text: `${task.title}\n${task.text}` }]),
    ...some(
      "finding",
      document.findings.map((finding) => ({ where: finding.id, text: finding.claim })),
    ),
    ...some(
      "artifact",
      Object.entries(document.artifacts).map(([name, { artifact }]) => {
        return { where: artifact.name, text: textOf(document, name) };
      }),
    ),
    ...some(
      "file",
      document.changed.map((path) => ({ where: path, text: path })),
    ),
  ];
}

type Found = { readonly where: string; readonly text: string };

/** What the document knows of an artifact's inside; the rest of it is in files. */
function textOf({ artifacts }: RunDocument, name: string): string {
  const data = artifacts[name]?.data;
  if (data?.kind === "contract") {
    return data.contract.requirements.map((one) => `${one.id}: ${one.text}`).join("\n");
  }
  if (data?.kind === "plan") return data.plan.items.map((item) => item.title).join("\n");
  return "";
}

/** The line with the first of the words, cut around it. */
function lineAt(text: string, words: Words): string {
  const lines = text.split("\n").map((line) => line.trim());
  const found = lines.find((line) => words.some((word) => line.toLowerCase().includes(word)));
  const line = found ?? lines.find((one) => one !== "") ?? "";
  const lower = line.toLowerCase();
  const at = Math.min(...words.map((word) => lower.indexOf(word)).filter((index) => index >= 0));
  const from = Number.isFinite(at) && at > LEAD_CHARACTERS ? at - LEAD_CHARACTERS : 0;
  const part = line.slice(from, from + DETAIL_MAX_CHARACTERS);
  return from === 0 ? part : `…${part}`;
}
