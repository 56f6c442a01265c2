/** What an approval is about: the texts that were written, or the state of the work before its merge. */
import type { AttentionItem, FindingView, RunView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { artifactQuery, runQuery } from "../../api/queries.ts";
import { Failed, Loading } from "../../ui/notice.tsx";
import { countText } from "../../ui/numbers.ts";
import { plainText } from "../../ui/plain.ts";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { Written } from "../../ui/written.tsx";
import { Conflicts, useConflicts } from "../diff/conflicts.tsx";

const ARTIFACT = /^(?<name>[A-Za-z0-9][A-Za-z0-9._-]*) (?<hash>[0-9a-f]{12})$/u;

export const isArtifactLine = (detail: string): boolean => ARTIFACT.test(detail);

export function Subject({ item }: { readonly item: AttentionItem }) {
  const run = useQuery(runQuery(item.run));
  if (item.kind !== "approval") return null;
  const texts = item.details.flatMap((detail) => {
    const { name, hash } = ARTIFACT.exec(detail)?.groups ?? {};
    return name === undefined || hash === undefined ? [] : [{ name, hash }];
  });
  if (texts.length === 0) return run.data === undefined ? null : <Work view={run.data} />;
  return (
    <div className="flex flex-col gap-2">
      {texts.map(({ name, hash }) => (
        <ArtifactText key={name} run={item.run} name={name} hash={hash} />
      ))}
    </div>
  );
}

type ArtifactTextProps = { readonly run: string; readonly name: string; readonly hash: string };

function ArtifactText(props: ArtifactTextProps) {
  const query = useQuery(artifactQuery(props));
  return (
    <section aria-label={props.name} className="max-w-[100ch] rounded border border-line">
      <h2 className="flex gap-3 border-b border-line px-3 py-1 font-mono text-xs">
        {props.name}
        <span className="text-muted">{props.hash}</span>
        <Link
          to="/runs/$run/spec"
          params={{ run: props.run }}
          className="ml-auto inline-flex items-center font-sans text-accent underline max-sm:min-h-11"
        >
          Edit or comment
        </Link>
      </h2>
      {query.isError && <Failed error={query.error} />}
      {query.isPending && <Loading what={props.name} />}
      {query.data !== undefined && (
        <div className="px-3 py-2">
          <Written name={props.name} text={query.data} />
        </div>
      )}
    </section>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  proven: "ok",
  tested: "ok",
  failing: "refused",
  unverified: "warning",
};

/** It was shown to be true, and what Tutti ran on the work of now does not show that it is mended. */
const isOpen = ({ verdict, evidence, disposition }: FindingView): boolean =>
  (verdict === "confirmed" || verdict === "reproduced") &&
  evidence?.fixed !== "pass" &&
  disposition.kind !== "waived";

function Work({ view }: { readonly view: RunView }) {
  const { checks, findings, candidate, families, degraded, target } = view;
  const conflicts = useConflicts(view);
  const own = checks.filter(({ on, commit }) => on === "candidate" && commit === candidate?.commit);
  const red = own.filter(({ outcome }) => outcome !== "green").length;
  const open = findings.filter((finding) => isOpen(finding)).length;
  return (
    <div className="flex max-w-[100ch] flex-col gap-2">
      <Conflicts branch={target.branch} paths={conflicts} />
      <ul aria-label="Requirements">
        {view.contract?.requirements.map(({ id, must, text, state, by }) => (
          <li key={id} className="flex flex-wrap gap-x-3 border-b border-line py-1">
            <span className="font-mono">{id}</span>
            <span className="text-muted">{must ? "must" : "should"}</span>
            <span dir="auto" className="min-w-0 flex-1 basis-60">
              {plainText(text)}
            </span>
            <span title={by ?? undefined}>
              <StateMark tone={TONES[state] ?? "neutral"} word={state} />
            </span>
          </li>
        ))}
      </ul>
      <p className="text-muted">
        {countText(own.length, "check")} of this work, {red} not green ·{" "}
        {countText(findings.length, "finding")}, {open} not fixed ·{" "}
        {families.reviewers.length === 0
          ? "no review"
          : `reviewed by ${families.reviewers.join(", ")}`}
        {degraded.length > 0 && ", degraded"}
      </p>
    </div>
  );
}
