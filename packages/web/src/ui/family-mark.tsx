/** The lineage of a model in two letters, so that author and rival are told apart at a glance. */
const MARKS: Readonly<Record<string, string>> = {
  anthropic: "AN",
  openai: "OA",
  google: "GO",
  human: "ME",
};

const familyLetters = (family: string): string =>
  MARKS[family] ??
  (family
    .replaceAll(/[^a-z0-9]/giu, "")
    .slice(0, 2)
    .toUpperCase() ||
    "XX");

export function FamilyMark({ family }: { readonly family: string }) {
  return (
    <span
      title={family}
      className="inline-flex h-4.5 min-w-5.5 items-center justify-center rounded-xs border border-line-strong px-0.5 font-mono text-xs leading-none text-text"
    >
      <span aria-hidden="true">{familyLetters(family)}</span>
      <span className="sr-only">{family}</span>
    </span>
  );
}

type LineageProps = { readonly authors: readonly string[]; readonly reviewers: readonly string[] };

/** Who wrote → who reviewed. */
export function Lineage({ authors, reviewers }: LineageProps) {
  if (authors.length + reviewers.length === 0) return null;
  return (
    <span className="inline-flex items-center gap-1">
      <span className="sr-only">written by</span>
      {authors.length === 0 && <span className="text-muted">–</span>}
      {authors.map((family) => (
        <FamilyMark key={family} family={family} />
      ))}
      {reviewers.length > 0 && (
        <>
          <span aria-hidden="true" className="text-muted">
            →
          </span>
          <span className="sr-only">reviewed by</span>
          {reviewers.map((family) => (
            <FamilyMark key={family} family={family} />
          ))}
        </>
      )}
    </span>
  );
}
