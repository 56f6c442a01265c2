/** Commands that Tutti ran itself, and what they said. */
import type { CheckView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/notice.tsx";
import { plainText } from "../../ui/plain.ts";
import { blobAddress } from "../../api/blob-address.ts";
import { Queried } from "../../ui/queried.tsx";
import { ScrollText } from "../../ui/scroll-text.tsx";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { TerminalText } from "../../ui/terminal-text.tsx";
import { durationText } from "../../ui/time.tsx";
import { useRun } from "./run-context.tsx";
import { blobQuery } from "./run-queries.ts";
import { type Place, usePlace } from "../../ui/use-place.ts";

const TONES: Readonly<Record<CheckView["outcome"], Tone>> = {
  green: "ok",
  red: "refused",
  "timed-out": "refused",
  error: "refused",
  empty: "warning",
};

const COMMIT_CHARACTERS = 12;

/** Longest log that is put on the page; the whole of it is on disk and by the interface. */
const LOG_MAX_CHARACTERS = 500_000;

export function ChecksTab() {
  const { checks } = useRun();
  const placeOf = usePlace(useSearch({ from: "/runs/$run/checks" }).at);
  if (checks.length === 0)
    return (
      <Empty title="No check has run yet.">
        <p>Checks run on a frozen commit, after the step that builds.</p>
      </Empty>
    );
  return (
    <ul>
      {checks.toReversed().map((check, index) => (
        <Check
          key={`${check.on} ${check.name} ${check.commit} ${index}`}
          check={check}
          place={placeOf(placeName(check))}
        />
      ))}
    </ul>
  );
}

const placeName = ({ on, name, commit }: CheckView): string =>
  `${name} on ${on} ${commit.slice(0, COMMIT_CHARACTERS)}`;

type CheckProps = { readonly check: CheckView; readonly place: Place | null };

function Check({ check, place }: CheckProps) {
  const { name, command, outcome, counts, durationMs, failing, flaky, tail, log, on, commit } =
    check;
  const { run } = useRun();
  return (
    <li
      {...place}
      className="border-b border-line px-4 py-2 -outline-offset-2 aria-[current]:bg-selected"
    >
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="sm:w-24">
          <StateMark tone={TONES[outcome]} word={outcome} />
        </span>
        <Link
          to="/runs/$run/checks"
          params={{ run }}
          search={{ at: placeName(check) }}
          className="font-strong hover:underline"
        >
          {plainText(name)}
        </Link>
        <span className="font-mono text-xs text-muted">
          {on} {commit.slice(0, COMMIT_CHARACTERS)}
        </span>
        <span>
          {counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped
        </span>
        <span className="text-muted">{durationText(durationMs)}</span>
      </div>
      <p className="font-mono text-xs text-muted wrap-anywhere">{plainText(command)}</p>
      <Names title="Failing" names={failing} />
      <Names title="Flaky" names={flaky} />
      {tail !== "" && (
        <details open={outcome !== "green"}>
          <summary className="cursor-pointer text-muted">Output</summary>
          <Output text={tail} />
        </details>
      )}
      {log !== null && <Log hash={log} of={placeName(check)} />}
    </li>
  );
}

function Log({ hash, of }: { readonly hash: string; readonly of: string }) {
  const [isWhole, setWhole] = useState(false);
  const run = (): void => setWhole(true);
  const title = `Show the whole log of ${plainText(of)}`;
  useCommands(isWhole ? [] : [{ id: `log.${of}`, title, group: "Checks", run }]);
  return (
    <>
      <p className="flex flex-wrap items-center gap-3 pt-1.5">
        {!isWhole && <Button onClick={run}>Show the whole log</Button>}
        <a
          href={blobAddress(hash, "text")}
          target="_blank"
          rel="noopener noreferrer"
          className="text-accent underline"
        >
          Raw log
        </a>
      </p>
      {isWhole && <WholeLog hash={hash} />}
    </>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <p className="wrap-anywhere">
      <span className="text-muted">{title}: </span>
      {names.map(plainText).join(", ")}
    </p>
  );
}

const Output = ({ text }: { readonly text: string }) => (
  <ScrollText className="max-h-100 wrap-anywhere whitespace-pre-wrap">
    <TerminalText text={text} />
  </ScrollText>
);

function WholeLog({ hash }: { readonly hash: string }) {
  const query = useQuery(blobQuery(hash));
  return (
    <Queried query={query} what="the log">
      {(text) => (
        <>
          {text.length > LOG_MAX_CHARACTERS && <p className="text-muted">The end of it:</p>}
          <Output text={text.slice(-LOG_MAX_CHARACTERS)} />
        </>
      )}
    </Queried>
  );
}
