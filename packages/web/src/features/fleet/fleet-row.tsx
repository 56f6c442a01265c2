/** One turn of an agent: what it does now, how much, and what it takes. */
import type { FleetRow } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";
import { Pause, Play, Square } from "lucide-react";
import { memo } from "react";
import { Button } from "../../ui/button.tsx";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { tokensText, usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import type { Roving } from "../../ui/roving.ts";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { Lasting } from "../../ui/time.tsx";
import type { Sample } from "./activity.ts";
import { Sparkline } from "./sparkline.tsx";

const LOOKS: Record<FleetRow["state"], { readonly tone: Tone; readonly word: string }> = {
  queued: { tone: "neutral", word: "waiting for a slot" },
  working: { tone: "running", word: "working" },
  waiting: { tone: "waiting", word: "waiting for you" },
  silent: { tone: "warning", word: "no signal" },
};

export type FleetActions = {
  readonly onPause: (row: FleetRow) => void;
  readonly onStop: (row: FleetRow) => void;
};

type FleetRowProps = FleetActions & {
  readonly row: FleetRow;
  readonly samples: readonly Sample[] | undefined;
  readonly end: number;
  readonly focus: ReturnType<Roving["row"]>;
};

/** Drawn again only when something of it has changed. */
export const FleetLine = memo(
  function FleetLine({ row, samples, end, focus, onPause, onStop }: FleetRowProps) {
    return (
      <tr className="border-b border-line hover:bg-raised">
        <StateCell row={row} />
        <th scope="row" className="max-w-0 px-3 py-1 text-start font-normal">
          <Link
            to="/runs/$run"
            params={{ run: row.run }}
            {...focus}
            dir="auto"
            title={plainLine(row.title)}
            className="block truncate hover:underline max-sm:py-2"
          >
            {plainLine(row.title)}
          </Link>
          <span
            dir="auto"
            title={plainLine(row.last ?? "")}
            className="block truncate text-muted md:hidden"
          >
            <span className="sm:hidden">
              <StateMark {...LOOKS[row.state]} />{" "}
            </span>
            {plainLine(row.last ?? "")}
          </span>
        </th>
        <td className="max-w-0 px-3 py-1 max-md:hidden">
          <span dir="auto" className="block truncate text-muted" title={plainLine(row.last ?? "")}>
            {row.last === null ? "nothing yet" : plainLine(row.last)}
          </span>
        </td>
        <td className="px-3 py-1 whitespace-nowrap max-xl:hidden">
          <FamilyMark family={row.family} /> <span className="font-mono">{row.agent}</span>{" "}
          <span className="text-muted">
            {row.step} #{row.attempt}
          </span>
        </td>
        <td className="px-3 py-1 max-md:hidden">
          <Sparkline samples={samples} end={end} />
        </td>
        <td className="px-3 py-1 text-end whitespace-nowrap max-xl:hidden">
          {tokensText(row.tokens)}
        </td>
        <td className="px-3 py-1 text-end max-sm:hidden">{usdText(row.usd)}</td>
        <td className="px-3 py-1 text-end max-xl:hidden">
          {row.startedAt !== null && <Lasting since={row.startedAt} />}
        </td>
        <ActionsCell row={row} onPause={onPause} onStop={onStop} />
      </tr>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.samples === after.samples &&
    before.end === after.end &&
    before.focus.tabIndex === after.focus.tabIndex,
);

function StateCell({ row: { state, lastAt, isPaused } }: { readonly row: FleetRow }) {
  return (
    <td className="px-3 py-1 max-sm:hidden">
      <StateMark {...LOOKS[state]} />
      {state === "silent" && lastAt !== null && (
        <span className="text-muted">
          {" "}
          for <Lasting since={lastAt} />
        </span>
      )}
      {isPaused && <span className="block text-xs text-muted">paused after this</span>}
    </td>
  );
}

function ActionsCell({ row, onPause, onStop }: FleetActions & { readonly row: FleetRow }) {
  const title = plainLine(row.title);
  const Icon = row.isPaused ? Play : Pause;
  return (
    <td className="px-2 py-0.5 whitespace-nowrap">
      <Button
        emphasis="quiet"
        aria-label={`${row.isPaused ? "Resume" : "Pause"} ${title}`}
        title={row.isPaused ? "Resume (p)" : "Pause (p)"}
        onClick={() => onPause(row)}
      >
        <Icon aria-hidden="true" size={14} />
      </Button>
      <Button
        emphasis="quiet"
        aria-label={`Stop ${title}`}
        title="Stop at once (x)"
        onClick={() => onStop(row)}
      >
        <Square aria-hidden="true" size={13} />
      </Button>
    </td>
  );
}
