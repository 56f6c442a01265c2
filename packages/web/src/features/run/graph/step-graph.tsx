/** The workflow of a run as a graph: what waits for what, where work is sent back, how each step stands. */
import type { RunView, StepView } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";
import { useMemo, type KeyboardEvent } from "react";
import { classNames } from "../../../ui/class-names.ts";
import { countText } from "../../../ui/numbers.ts";
import { plainLine } from "../../../ui/plain.ts";
import { useRoving, type Roving } from "../../../ui/roving.ts";
import { StateMark } from "../../../ui/state-mark.tsx";
import { stepLook } from "../step-look.ts";
import { boxesOf } from "./boxes.ts";
import { directionOf, stepTowards } from "./graph-moves.ts";
import {
  BOX_WIDTH,
  INSTANCE_HEIGHT,
  isSplit,
  layoutOf,
  noteOf,
  type Edge,
  type Placed,
} from "./layout.ts";

type StepGraphProps = { readonly view: RunView; readonly chosen: string | null };

export function StepGraph({ view, chosen }: StepGraphProps) {
  const { run, steps } = view;
  const layout = useMemo(() => layoutOf(boxesOf(steps)), [steps]);
  const roving = useRoving({ ids: steps.map(({ id }) => id) });
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = directionOf(event.key);
    if (direction === null || roving.current === null) return;
    const next = stepTowards(layout, roving.current, direction);
    event.preventDefault();
    if (next !== null) roving.focus(next);
  };
  const { width, height } = layout;
  return (
    <div className="max-w-full overflow-x-auto px-4 pb-3">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the links in it */}
      <fieldset
        aria-label="Steps as a graph. Arrow keys follow its edges, Enter opens a step."
        onKeyDown={onKeyDown}
        className="relative"
        style={{ width, height }}
      >
        <Edges edges={layout.edges} width={width} height={height} />
        {layout.boxes.map((placed) => (
          <BoxView key={placed.box.id} run={run} placed={placed} roving={roving} chosen={chosen} />
        ))}
      </fieldset>
      <p className="pt-2 text-xs text-muted" aria-hidden="true">
        Line: passed. Dotted: not yet. At the right: work that was sent back.
      </p>
    </div>
  );
}

const EDGE_LOOKS = {
  needs: { taken: "stroke-line-strong", open: "stroke-line-strong [stroke-dasharray:2_4]" },
  back: { taken: "stroke-warning", open: "stroke-line-strong [stroke-dasharray:2_4]" },
} as const;

type EdgesProps = {
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
};

/** Seen only: each step says in words what it waits for. */
function Edges({ edges, width, height }: EdgesProps) {
  return (
    <svg aria-hidden="true" width={width} height={height} className="absolute inset-0">
      <defs>
        <marker
          id="edge-end"
          viewBox="0 0 8 8"
          refX="8"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M 0 0 L 8 4 L 0 8 z" className="fill-line-strong" />
        </marker>
      </defs>
      {edges.map(({ from, to, kind, isTaken, path }) => (
        <path
          key={`${kind} ${from} ${to}`}
          d={path}
          markerEnd="url(#edge-end)"
          fill="none"
          strokeWidth={1.5}
          className={EDGE_LOOKS[kind][isTaken ? "taken" : "open"]}
        />
      ))}
    </svg>
  );
}

type BoxProps = {
  readonly run: string;
  readonly placed: Placed;
  readonly roving: Roving;
  readonly chosen: string | null;
};

function BoxView({ run, placed, roving, chosen }: BoxProps) {
  const { box, x, y, height } = placed;
  const isHere = box.steps.some(({ id }) => id === chosen);
  const [first] = box.steps;
  const note = noteOf(box);
  return (
    <div
      className={classNames(
        "absolute flex flex-col overflow-hidden rounded border bg-surface",
        first?.kind === "approval" && "border-l-4",
        isHere ? "border-accent" : "border-line-strong",
      )}
      style={{ left: x, top: y, width: BOX_WIDTH, height }}
    >
      {isSplit(box) && (
        <p className="flex items-center px-2 font-mono" style={{ height: INSTANCE_HEIGHT }}>
          {box.id}
          <span className="ml-auto font-sans text-muted">
            {countText(box.steps.length, "part")}
          </span>
        </p>
      )}
      {box.steps.map((step) => (
        <StepNode
          key={step.id}
          {...{ run, step, roving }}
          isWhole={!isSplit(box)}
          isChosen={step.id === chosen}
        />
      ))}
      {note !== null && (
        <p dir="auto" title={plainLine(note)} className="truncate px-2 text-xs text-muted">
          {plainLine(note)}
        </p>
      )}
    </div>
  );
}

type NodeProps = {
  readonly run: string;
  readonly step: StepView;
  readonly roving: Roving;
  /** The box is of this step alone. */
  readonly isWhole: boolean;
  readonly isChosen: boolean;
};

function StepNode({ run, step, roving, isWhole, isChosen }: NodeProps) {
  const look = stepLook(step.outcome);
  return (
    <Link
      {...roving.row(step.id)}
      to="/runs/$run"
      params={{ run }}
      search={{ view: "graph", step: step.id }}
      replace
      resetScroll={false}
      aria-current={isChosen ? "step" : undefined}
      className={classNames(
        "flex gap-x-2 px-2 -outline-offset-2 hover:bg-raised",
        isWhole ? "h-12 flex-col justify-center" : "items-center",
        isChosen && "bg-selected",
      )}
      style={isWhole ? undefined : { height: INSTANCE_HEIGHT }}
    >
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-mono">{step.id}</span>
        {isWhole && <span className="ml-auto text-xs text-muted">{step.kind}</span>}
      </span>
      <span className={classNames("flex items-baseline gap-2 text-xs", !isWhole && "ml-auto")}>
        <StateMark {...look} />
        {step.attempts > 1 && (
          <span className="text-muted" title={countText(step.attempts, "attempt")}>
            <span aria-hidden="true">×{step.attempts}</span>
            <span className="sr-only">{countText(step.attempts, "attempt")}</span>
          </span>
        )}
        {step.sendsBack !== null && (
          <span className="ml-auto whitespace-nowrap text-muted">
            sent back {step.sendsBack.rounds} of {step.sendsBack.limit}
          </span>
        )}
      </span>
      <span className="sr-only">{edgesText(step)}</span>
    </Link>
  );
}

const edgesText = ({ needs, sendsBack, judges }: StepView): string =>
  [
    needs.length === 0 ? "first" : `after ${needs.join(", ")}`,
    sendsBack === null ? "" : `sends work back to ${sendsBack.to}`,
    judges.length === 0 ? "" : `judges ${plainLine(judges.join(", "))}`,
  ]
    .filter((part) => part !== "")
    .join("; ");
