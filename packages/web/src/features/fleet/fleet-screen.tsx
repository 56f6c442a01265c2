/** Everything that works now, over all projects: one row for each turn of an agent. */
import type { FleetRow } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { sendCommand, tellProblem } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Empty } from "../../ui/notice.tsx";
import { countText, tokensText, usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { useRoving } from "../../ui/roving.ts";
import { Confirm } from "./confirm.tsx";
import { grouped, ordered } from "./fleet-order.ts";
import { fleetQuery, pausedQuery, useFollowing, useOrder, useSilence } from "./fleet-queries.ts";
import { fleetSearch } from "./fleet-search.ts";
import { FleetTable } from "./fleet-table.tsx";

export function FleetScreen() {
  const query = useQuery(fleetQuery());
  const rows = useSilence(query.data) ?? [];
  useFollowing();
  return (
    <>
      <ScreenHeading title="Fleet">
        {query.data !== undefined && query.data.length > 0 && <Sums rows={query.data} />}
        <FleetButtons isEmpty={query.data?.length === 0} />
      </ScreenHeading>
      <PausedLine />
      <Queried query={query} what="the fleet">
        {() => (rows.length === 0 ? <Empty title="No agent is working" /> : <Rows rows={rows} />)}
      </Queried>
    </>
  );
}

function Sums({ rows }: { readonly rows: readonly FleetRow[] }) {
  const tokens = rows.reduce((sum, row) => sum + row.tokens, 0);
  const usd = rows.reduce((sum, row) => sum + row.usd, 0);
  return (
    <p className="text-muted">
      {countText(rows.length, "agent")} · {tokensText(tokens)} · {usdText(usd)}
    </p>
  );
}

function FleetButtons({ isEmpty }: { readonly isEmpty: boolean }) {
  const search = useSearch({ from: "/fleet" });
  const navigate = useNavigate();
  const pauseAll = useOrder({ order: "pause", word: "paused" });
  const stopAll = useOrder({ order: "stop", word: "stopped" });
  const isGrouped = search.by === "project";
  const group = (): void =>
    void navigate({
      to: "/fleet",
      search: fleetSearch({ ...search, by: isGrouped ? undefined : "project" }),
      replace: true,
    });
  const asked = search.ask;
  const ask = (what: "pause" | "stop" | undefined): void =>
    void navigate({ to: "/fleet", search: fleetSearch({ ...search, ask: what }), replace: true });
  const close = (): void => ask(undefined);
  useCommands([
    { id: "fleet.group", title: "Group by project", group: "Fleet", keys: "g p", run: group },
  ]);
  return (
    <span className="ml-auto flex flex-wrap gap-2">
      <Button aria-pressed={isGrouped} emphasis={isGrouped ? "normal" : "quiet"} onClick={group}>
        Group by project
      </Button>
      {!isEmpty && <Button onClick={() => ask("pause")}>Pause everything</Button>}
      {!isEmpty && (
        <Button emphasis="danger" onClick={() => ask("stop")}>
          Stop everything
        </Button>
      )}
      {asked === "pause" && (
        <Confirm
          question="Pause every task?"
          verb="Pause everything"
          onConfirm={() => pauseAll.mutate()}
          onClose={close}
        >
          <p>Turns that run now go on to their end. Nothing new begins until you resume.</p>
        </Confirm>
      )}
      {asked === "stop" && (
        <Confirm
          question="Stop every agent at once?"
          verb="Stop everything"
          isDanger
          onConfirm={() => stopAll.mutate()}
          onClose={close}
        >
          <p>{STOPPED}</p>
        </Confirm>
      )}
    </span>
  );
}

const STOPPED =
  "What works now ends at once and is paused. Its work stays; resume goes on from there.";

function PausedLine() {
  const { data: paused = 0 } = useQuery(pausedQuery());
  const resumeAll = useOrder({ order: "resume", word: "resumed" });
  const resume = (): void => resumeAll.mutate();
  useCommands([
    { id: "fleet.resume-all", title: "Resume everything", group: "Fleet", run: resume },
  ]);
  if (paused === 0) return null;
  return (
    <p className="flex items-center gap-3 border-b border-line bg-raised px-4 py-1.5">
      {countText(paused, "task is", "tasks are")} paused.
      <Button onClick={resume} disabled={resumeAll.isPending}>
        Resume everything
      </Button>
    </p>
  );
}

const pause = ({ run, isPaused }: FleetRow): void => {
  const command = isPaused
    ? ({ kind: "run.resume" } as const)
    : ({ kind: "run.pause", reason: "paused from the fleet" } as const);
  sendCommand(run, command).catch(tellProblem);
};

const halt = ({ run }: FleetRow): void => {
  daemon.halt(run, "stopped from the fleet").catch(tellProblem);
};

const MOVES = [
  { id: "fleet.next", title: "Next agent", keys: "j", by: 1 },
  { id: "fleet.previous", title: "Previous agent", keys: "k", by: -1 },
] as const;

function Rows({ rows }: { readonly rows: readonly FleetRow[] }) {
  const search = useSearch({ from: "/fleet" });
  const [stopping, setStopping] = useState<FleetRow | null>(null);
  const shown = grouped(ordered(rows, search), search).flatMap((group) => group.rows);
  const roving = useRoving({ ids: shown.map(({ session }) => session) });
  const current = shown.find(({ session }) => session === roving.current);
  const onCurrent = (action: (row: FleetRow) => void) => (): void => {
    if (current !== undefined) action(current);
  };
  const group = "Fleet";
  useCommands([
    ...MOVES.map(({ by, ...move }) => ({
      ...move,
      group,
      isMove: true,
      run: () => roving.move(by),
    })),
    {
      id: "fleet.open",
      title: "Open the task",
      group,
      keys: "o",
      run: onCurrent(({ session }) => roving.click(session)),
    },
    {
      id: "fleet.pause",
      title: "Pause or resume the task",
      group,
      keys: "p",
      run: onCurrent(pause),
    },
    {
      id: "fleet.stop",
      title: "Stop the agent at once",
      group,
      keys: "x",
      run: onCurrent(setStopping),
    },
  ]);
  return (
    <>
      <FleetTable rows={rows} roving={roving} onPause={pause} onStop={setStopping} />
      {stopping !== null && (
        <Confirm
          question={`Stop “${plainLine(stopping.title)}”?`}
          verb="Stop at once"
          isDanger
          onConfirm={() => halt(stopping)}
          onClose={() => setStopping(null)}
        >
          <p>{STOPPED}</p>
        </Confirm>
      )}
    </>
  );
}
