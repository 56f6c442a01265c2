/** What persons approved and accepted in a run, what judges it that its diff touches, and who wrote and reviewed. */
import type { RunView } from "@tutti/protocol";
import type { ReactNode } from "react";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { withNamed } from "../../ui/hidden-characters.ts";
import { plainText } from "../../ui/plain.ts";
import { Ago } from "../../ui/time.tsx";

type Author = RunView["families"]["lineage"]["authors"][number];

const Row = ({ children }: { readonly children: ReactNode }) => (
  <li dir="auto" className="flex flex-wrap items-baseline gap-x-3 py-0.5 wrap-anywhere">
    {children}
  </li>
);

export function Decisions({ view }: { readonly view: RunView }) {
  const { approvals, degraded, guard, families } = view;
  const { authors, reviewers } = families.lineage;
  return (
    <>
      <SectionHeading title="Who wrote and who reviewed" />
      <ul className="px-4">
        <Writers word="wrote" writers={authors} />
        <Writers word="reviewed" writers={reviewers} />
      </ul>
      <SectionHeading title="Approvals" />
      <ul className="px-4">
        {approvals.length === 0 && <li className="text-muted">Nothing is approved yet.</li>}
        {approvals.map(({ step, subject, by, onBehalf, at, comment }) => (
          <Row key={`${step} ${subject} ${at}`}>
            <span className="font-mono">{step}</span>
            <span>{plainText(onBehalf === null ? by : `${by}, by ${onBehalf}`)}</span>
            <span className="font-mono text-xs select-all">{subject}</span>
            <Ago at={at} />
            {comment !== null && <span className="text-muted">{plainText(comment)}</span>}
          </Row>
        ))}
        {degraded.map(({ step, by, reason }) => (
          <Row key={`degraded ${step} ${by} ${reason}`}>
            <span className="font-mono">{step}</span>
            <span>degraded review accepted by {plainText(by)}</span>
            <span className="text-muted">{plainText(reason)}</span>
          </Row>
        ))}
      </ul>
      {guard.length > 0 && (
        <>
          <SectionHeading title="Touches what judges it" />
          <ul className="px-4">
            {guard.map(({ kind, path, detail }) => (
              <Row key={`${kind} ${path} ${detail}`}>
                <span>{kind}</span>
                <span className="font-mono text-xs">{withNamed(path)}</span>
                <span className="text-muted">{plainText(detail)}</span>
              </Row>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

type WritersProps = { readonly word: string; readonly writers: readonly Author[] };

function Writers({ word, writers }: WritersProps) {
  if (writers.length === 0) return <li className="text-muted">Nobody has {word} yet.</li>;
  return writers.map(({ name, family, lineage, models }) => (
    <Row key={`${word} ${name} ${family}`}>
      <FamilyMark family={family} />
      <span>
        {plainText(name)} {word}
      </span>
      <span className="text-muted">
        {models.length > 0 && `${plainText(models.join(", "))} · `}
        {lineage}
      </span>
    </Row>
  ));
}
