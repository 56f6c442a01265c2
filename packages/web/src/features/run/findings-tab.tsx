/** Claims of reviewers, each with what running it showed. */
import type { FindingView } from "@tutti/protocol";
import { Link, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useCommand } from "../../api/commands.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { FIELD } from "../../ui/field.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import { Empty } from "../../ui/notice.tsx";
import { countText } from "../../ui/numbers.ts";
import { plainText } from "../../ui/plain.ts";
import { ScrollText } from "../../ui/scroll-text.tsx";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { Ago } from "../../ui/time.tsx";
import { CommentList } from "./comments.tsx";
import { useRun } from "./run-context.tsx";
import { type Place, usePlace } from "../../ui/use-place.ts";

const TONES: Readonly<Record<string, Tone>> = {
  confirmed: "ok",
  reproduced: "refused",
  refuted: "neutral",
  "pre-existing": "warning",
  flaky: "warning",
  unproven: "warning",
  invalid: "neutral",
};

export function FindingsTab() {
  const { findings, families } = useRun();
  const placeOf = usePlace(useSearch({ from: "/runs/$run/findings" }).at);
  if (findings.length === 0)
    return (
      <Empty title="No findings.">
        <p>
          {families.reviewers.length === 0
            ? "Nobody has reviewed this yet."
            : `Reviewed by ${families.reviewers.join(", ")}.`}
        </p>
      </Empty>
    );
  return (
    <ul>
      {findings.map((finding) => (
        <FindingRow key={finding.id} finding={finding} place={placeOf(finding.id)} />
      ))}
    </ul>
  );
}

type FindingRowProps = { readonly finding: FindingView; readonly place: Place | null };

function FindingRow({ finding, place }: FindingRowProps) {
  const { id, claim, severity, verdict, raisedBy, disposition, reproduction } = finding;
  return (
    <li
      {...place}
      className="flex flex-col gap-2 border-b border-line px-4 py-3 -outline-offset-2 aria-[current]:bg-selected"
    >
      <p dir="auto" className="max-w-[72ch] text-md">
        {plainText(claim)}
      </p>
      <p className="flex flex-wrap items-center gap-x-3">
        <FindingLink id={id} />
        <span>{severity}</span>
        <StateMark
          tone={verdict === null ? "running" : (TONES[verdict] ?? "neutral")}
          word={verdict ?? "being proved"}
        />
        {finding.isRunning && verdict !== null && <StateMark tone="running" word="running again" />}
        <FamilyMark family={raisedBy.family} />
        <span className="text-muted">
          {raisedBy.agent}
          {raisedBy.model === null ? "" : ` · ${raisedBy.model}`} · {raisedBy.lineage}
        </span>
        {disposition.kind === "waived" && (
          <StateMark
            tone="warning"
            word={`waived by ${plainText(disposition.who)}: ${plainText(disposition.why)}`}
          />
        )}
      </p>
      <EvidenceTable evidence={finding.evidence} />
      <Reruns finding={finding} />
      {reproduction !== null && (
        <details>
          <summary className="cursor-pointer text-muted">
            Run it yourself:{" "}
            <code className="font-mono text-xs">{plainText(reproduction.run)}</code>
          </summary>
          {reproduction.files.map(({ path, content }) => (
            <div key={path}>
              <p className="font-mono text-xs text-muted">{withNamed(path)}</p>
              <Pre text={content} />
            </div>
          ))}
        </details>
      )}
      <Said on={id} />
      {disposition.kind === "open" || disposition.kind === "fix" ? (
        <Waive finding={finding} />
      ) : null}
    </li>
  );
}

function FindingLink({ id }: Pick<FindingView, "id">) {
  const { run } = useRun();
  return (
    <Link
      to="/runs/$run/findings"
      params={{ run }}
      search={{ at: id }}
      className="font-mono hover:underline"
    >
      {id}
    </Link>
  );
}

function Said({ on }: { readonly on: FindingView["id"] }) {
  const { comments } = useRun();
  return <CommentList comments={comments.filter((comment) => comment.on === on)} />;
}

const Pre = ({ text }: { readonly text: string }) => (
  <ScrollText className="max-h-80">{plainText(text)}</ScrollText>
);

/** How its reproduction ended on what was there before, on the work, and on the work since. */
function EvidenceTable({ evidence }: Pick<FindingView, "evidence">) {
  if (evidence === null) return null;
  const columns = [
    { name: "base", word: evidence.base, runs: evidence.runs.base },
    { name: "candidate", word: evidence.candidate, runs: evidence.runs.candidate },
    { name: "fixed", word: evidence.fixed, runs: evidence.runs.fixed },
  ];
  return (
    <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
      {columns.map(({ name, word, runs }) => (
        <section key={name} aria-label={name} className="min-w-0 rounded border border-line p-2">
          <p className="flex gap-2">
            <span className="text-muted">{name}</span>
            <StateMark
              tone={word === "pass" ? "ok" : word === "fail" ? "refused" : "neutral"}
              word={word ?? "not run"}
            />
          </p>
          {runs.map(({ outcome, tail }, index) => (
            <details key={`${index} ${outcome}`}>
              <summary className="cursor-pointer text-muted">
                Run {index + 1}: {outcome}
              </summary>
              <Pre text={tail} />
            </details>
          ))}
        </section>
      ))}
    </div>
  );
}

/** On a later candidate the base is not run again. */
const wordsText = (words: Readonly<Record<string, string | null>>): string =>
  Object.entries(words)
    .flatMap(([side, word]) => (word === null ? [] : `${side} ${word}`))
    .join(", ");

/** Every time that it was run again, and what was run on candidates before; nothing is written over. */
function Reruns({ finding }: { readonly finding: FindingView }) {
  const { run, finishedAt } = useRun();
  const command = useCommand(run);
  const { id, reruns, earlier, reproduction, isRunning } = finding;
  const isThere = reproduction !== null && finishedAt === null;
  const rerun = (): void => command.mutate({ kind: "finding.rerun", finding: id });
  useCommands(
    isThere && !isRunning
      ? [{ id: `rerun.${id}`, title: `Run ${id} again`, group: "Findings", run: rerun }]
      : [],
  );
  return (
    <>
      {reruns.map(({ by, at, candidate, words, problem }) => (
        <p key={`${at} ${candidate}`} className="flex flex-wrap gap-x-2 text-muted">
          Run again by {plainText(by)} <Ago at={at} /> on{" "}
          <span className="font-mono text-xs">{candidate.slice(0, 7)}</span>
          <span>
            {problem === null ? wordsText(words) : `could not be run: ${plainText(problem)}`}
          </span>
        </p>
      ))}
      {earlier.length > 0 && (
        <details>
          <summary className="cursor-pointer text-muted">
            Evidence on {countText(earlier.length, "earlier candidate")}
          </summary>
          {earlier.map((evidence) => (
            <EvidenceTable key={evidence.candidateCommit} evidence={evidence} />
          ))}
        </details>
      )}
      {isThere && (
        <p>
          <Button disabled={isRunning || command.isPending} onClick={rerun}>
            Run {id} again
          </Button>
        </p>
      )}
    </>
  );
}

function Waive({ finding }: { readonly finding: FindingView }) {
  const { run, finishedAt } = useRun();
  const command = useCommand(run);
  const [why, setWhy] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const { id } = finding;
  const isThere = finishedAt === null;
  const write = (): void => field.current?.focus();
  useCommands(
    isThere ? [{ id: `waive.${id}`, title: `Waive ${id}`, group: "Findings", run: write }] : [],
  );
  if (!isThere) return null;
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        command.mutate({ kind: "finding.dispose", finding: id, why: why.trim() });
      }}
    >
      <input
        ref={field}
        aria-label={`Reason for waiving ${id}`}
        placeholder="Reason"
        className={FIELD}
        value={why}
        maxLength={500}
        onChange={({ target }) => setWhy(target.value)}
      />
      <Button type="submit" disabled={why.trim() === "" || command.isPending}>
        Waive finding
      </Button>
    </form>
  );
}
