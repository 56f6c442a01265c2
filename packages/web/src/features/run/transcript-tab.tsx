/** What agents said and did, session by session, and a word to the one that works. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { SessionView } from "@tutti/protocol";
import { useCommands } from "../../commands/commands.tsx";
import { FIELD } from "../../ui/field.ts";
import { copyLink } from "../../ui/copy-link.ts";
import { Empty, Missing } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { useRun } from "./run-context.tsx";
import { entryLink } from "./run-search.ts";
import { sessionNames } from "./session-names.ts";
import { sessionsQuery } from "./run-queries.ts";
import { TellForm } from "./tell-form.tsx";
import { TranscriptList } from "./transcript-list.tsx";

export function TranscriptTab() {
  const { run } = useRun();
  const query = useQuery(sessionsQuery(run));
  return (
    <Queried query={query} what="the sessions">
      {(sessions) =>
        sessions.length === 0 ? (
          <Empty title="Nothing was said yet." />
        ) : (
          <Sessions sessions={sessions} />
        )
      }
    </Queried>
  );
}

function Sessions({ sessions }: { readonly sessions: readonly SessionView[] }) {
  const { run } = useRun();
  const { session: asked, entry } = useSearch({ from: "/runs/$run/transcript" });
  const navigate = useNavigate();
  const live = sessions.findLast(({ state }) => state !== "ended");
  const shown = sessions.find(({ session }) => session === asked) ?? live ?? sessions.at(-1);
  const go = (step: number): void => {
    const at = sessions.findIndex(({ session }) => session === shown?.session);
    const next = sessions[Math.min(Math.max(at + step, 0), sessions.length - 1)];
    if (next !== undefined) select(next.session);
  };
  const select = (session: string): void =>
    void navigate({ to: "/runs/$run/transcript", params: { run }, search: { session } });
  const toEntry = (session: string, at: number | undefined): void =>
    void navigate({
      to: "/runs/$run/transcript",
      params: { run },
      search: at === undefined ? { session } : { session, entry: at },
      replace: true,
      resetScroll: false,
    });
  useCommands([
    {
      id: "session.next",
      isMove: true,
      title: "Next session",
      group: "Transcript",
      keys: "]",
      run: () => go(1),
    },
    {
      id: "session.before",
      isMove: true,
      title: "Session before",
      group: "Transcript",
      keys: "[",
      run: () => go(-1),
    },
  ]);
  if (shown === undefined) return null;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <SessionBar sessions={sessions} shown={shown} onSelect={select} />
      {asked !== undefined && asked !== shown.session && (
        <Missing>The session that the link names is not there. This is another one.</Missing>
      )}
      <TranscriptList
        key={shown.session}
        session={shown.session}
        at={asked === shown.session ? entry : undefined}
        onGo={(at) => toEntry(shown.session, at)}
        onCopy={(at) => void copyLink(`entry ${at}`, entryLink(run, shown.session, at))}
      />
      {shown.state !== "ended" && shown.step !== null && <TellForm step={shown.step} />}
    </div>
  );
}

type BarProps = {
  readonly sessions: readonly SessionView[];
  readonly shown: SessionView;
  readonly onSelect: (session: string) => void;
};

function SessionBar({ sessions, shown, onSelect }: BarProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-1.5">
      <label className="flex items-center gap-2">
        <span className="text-muted">Session</span>
        <select
          className={FIELD}
          value={shown.session}
          onChange={({ target }) => onSelect(target.value)}
        >
          {[...sessionNames(sessions)].map(([session, name]) => (
            <option key={session} value={session}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <StateMark
        tone={
          shown.state === "ended" ? "neutral" : shown.state === "waiting" ? "waiting" : "running"
        }
        word={shown.state === "silent" ? "no signal" : shown.state}
      />
    </div>
  );
}
