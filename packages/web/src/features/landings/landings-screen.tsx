/** The merge train: what lands next in which branch, what holds it up, and what landed last. */
import type { LandedView, LandingState, LandingView } from "@tutti/protocol";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { daemon } from "../../api/daemon.ts";
import { useCommands } from "../../commands/commands.tsx";
import { ScreenHeading, SectionHeading } from "../../ui/heading.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { Empty } from "../../ui/notice.tsx";
import { countText } from "../../ui/numbers.ts";
import { plainLine, plainText } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { type Roving, useRoving } from "../../ui/roving.ts";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { Ago, Lasting } from "../../ui/time.tsx";

/** Begins as lists of runs do: an event of any run renews it. */
const landingsQuery = () =>
  queryOptions({
    queryKey: ["runs", "landings"],
    queryFn: ({ signal }) => daemon.landings({ signal }),
  });

const LOOKS: Readonly<Record<LandingState, { readonly tone: Tone; readonly word: string }>> = {
  merging: { tone: "running", word: "merging" },
  verifying: { tone: "running", word: "checks run on the merge" },
  preparing: { tone: "running", word: "the merge is computed" },
  ready: { tone: "neutral", word: "ready" },
  approval: { tone: "waiting", word: "waiting for you" },
  paused: { tone: "neutral", word: "paused" },
  conflict: { tone: "refused", word: "conflict" },
  refused: { tone: "refused", word: "refused" },
};

export function LandingsScreen() {
  const query = useQuery(landingsQuery());
  return (
    <>
      <ScreenHeading title="Merge train" />
      <Queried query={query} what="the merge train">
        {({ items, landed }) => (
          <>
            <Trains items={items} />
            {landed.length > 0 && <Landed landed={landed} />}
          </>
        )}
      </Queried>
    </>
  );
}

const trainOf = ({ project, target }: LandingView): string => `${project.path} → ${target.branch}`;

function Trains({ items }: { readonly items: readonly LandingView[] }) {
  const trains = Map.groupBy(items, trainOf);
  const roving = useRoving({ ids: [...trains.values()].flat().map(({ run }) => run) });
  const group = "Merge train";
  useCommands([
    {
      id: "landings.next",
      isMove: true,
      title: "Next task",
      group,
      keys: "j",
      run: () => roving.move(1),
    },
    {
      id: "landings.before",
      isMove: true,
      title: "Task before",
      group,
      keys: "k",
      run: () => roving.move(-1),
    },
    {
      id: "landings.open",
      title: "Open the task",
      group,
      keys: "o",
      run: () => roving.current !== null && roving.click(roving.current),
    },
  ]);
  if (items.length === 0)
    return (
      <Empty title="Nothing is on its way into a branch.">
        <p>A task comes here when nothing but its merge is ahead.</p>
      </Empty>
    );
  return [...trains].map(([name, train]) => (
    <section key={name} aria-label={plainLine(name)}>
      <SectionHeading title={plainLine(name)}>
        <span className="text-muted">{countText(train.length, "task")}</span>
      </SectionHeading>
      <ol>
        {train.map((item) => (
          <Row key={item.run} item={item} roving={roving} />
        ))}
      </ol>
    </section>
  ));
}

type RowProps = { readonly item: LandingView; readonly roving: Roving };

const COMMIT_CHARACTERS = 12;

function Row({ item, roving }: RowProps) {
  const { run, title, position, state, candidate, tip, refusal, overlap, since } = item;
  return (
    <li className="border-b border-line px-4 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="w-5 text-right text-muted">{position}</span>
        <span className="w-48 max-sm:w-auto">
          <StateMark {...LOOKS[state]} />
        </span>
        <Link
          {...roving.row(run)}
          to="/runs/$run"
          params={{ run }}
          dir="auto"
          className="min-w-0 flex-1 basis-60 font-strong wrap-anywhere hover:underline max-sm:flex max-sm:min-h-11 max-sm:basis-full max-sm:items-center"
        >
          {plainLine(title)}
        </Link>
        {candidate !== null && (
          <span className="font-mono text-xs text-muted">
            {candidate.slice(0, COMMIT_CHARACTERS)}
            {tip !== null && ` onto ${tip.slice(0, COMMIT_CHARACTERS)}`}
          </span>
        )}
        <span className="text-muted">
          <Lasting since={since} />
        </span>
      </div>
      {refusal !== null && (
        <p className="pl-8 text-refused">
          {plainText(refusal.message)}
          {refusal.paths.length > 0 && (
            <span className="font-mono text-xs wrap-anywhere">
              : {refusal.paths.map(withNamed).join(", ")}
            </span>
          )}
        </p>
      )}
      {overlap.length > 0 && (
        <p className="pl-8 text-muted wrap-anywhere">
          The target changed too: {overlap.map(withNamed).join(", ")}
        </p>
      )}
    </li>
  );
}

function Landed({ landed }: { readonly landed: readonly LandedView[] }) {
  return (
    <section aria-label="Merged last">
      <SectionHeading title="Merged last" />
      <ul>
        {landed.map(({ run, title, target, commit, at }) => (
          <li
            key={run}
            className="flex flex-wrap items-baseline gap-x-3 border-b border-line px-4 py-1.5"
          >
            <StateMark tone="ok" word="merged" />
            <Link
              to="/runs/$run"
              params={{ run }}
              dir="auto"
              className="min-w-0 flex-1 basis-60 wrap-anywhere hover:underline max-sm:flex max-sm:min-h-11 max-sm:basis-full max-sm:items-center"
            >
              {plainLine(title)}
            </Link>
            <span className="font-mono text-xs text-muted">
              {plainLine(target)} {commit.slice(0, COMMIT_CHARACTERS)}
            </span>
            <span className="text-muted">
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
