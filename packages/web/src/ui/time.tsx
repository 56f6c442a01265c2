/** Times relative, with the absolute one on hover. The page's minute changes the words, nothing else does. */
import { createStore, useSelected } from "../api/store.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TICK_MS = 15 * SECOND;

const now = createStore(Date.now());
setInterval(() => {
  if (!document.hidden) now.set(Date.now());
}, TICK_MS);

export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} d`;
}

const ageText = (ms: number): string => (ms < MINUTE ? "now" : `${durationText(ms)} ago`);

/** What the clock makes of something; repaints when that changes. */
export const useClock = <Part,>(select: (time: number) => Part): Part => useSelected(now, select);

/** `at`: milliseconds since the epoch. */
export function Ago({ at }: { readonly at: number }) {
  const text = useSelected(now, (time) => ageText(time - at));
  return <Moment at={at} text={text} />;
}

/** The time of day, where what follows what matters more than how long ago it was. */
export function At({ at }: { readonly at: number }) {
  const text = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return <Moment at={at} text={text} />;
}

/** How long something has been so. */
export function Lasting({ since }: { readonly since: number }) {
  const text = useSelected(now, (time) =>
    time - since < MINUTE ? "under 1 min" : durationText(time - since),
  );
  return <Moment at={since} text={text} />;
}

function Moment({ at, text }: { readonly at: number; readonly text: string }) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()} className="whitespace-nowrap">
      {text}
    </time>
  );
}
