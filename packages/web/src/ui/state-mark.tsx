/** The state of anything: a colour, a shape and a word, so that none of them is needed alone. */
import { classNames } from "./class-names.ts";

export type Tone = "ok" | "running" | "waiting" | "warning" | "refused" | "neutral";

const TONES: Record<Tone, { readonly text: string; readonly shape: string }> = {
  ok: { text: "text-ok", shape: "✓" },
  running: { text: "text-running", shape: "◐" },
  waiting: { text: "text-waiting", shape: "◆" },
  warning: { text: "text-warning", shape: "▲" },
  refused: { text: "text-refused", shape: "✕" },
  neutral: { text: "text-muted", shape: "○" },
};

type StateMarkProps = {
  readonly tone: Tone;
  /** The state in plain words. */
  readonly word: string;
  /** The word is said elsewhere: it stays for screen readers. */
  readonly isShapeOnly?: boolean;
};

export function StateMark({ tone, word, isShapeOnly = false }: StateMarkProps) {
  const { text, shape } = TONES[tone];
  return (
    <span className={classNames("inline-flex items-baseline gap-1.5 whitespace-nowrap", text)}>
      <span aria-hidden="true" className="inline-block w-3.5 text-center">
        {shape}
      </span>
      <span className={isShapeOnly ? "sr-only" : undefined}>{word}</span>
    </span>
  );
}
