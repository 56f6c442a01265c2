/** The last minute of one session, a bar for each second. */
import { memo } from "react";
import { bars, type Sample, WINDOW_SECONDS } from "./activity.ts";

const HEIGHT = 16;
const STEP = 2;
const NONE: readonly Sample[] = [];

type SparklineProps = { readonly samples: readonly Sample[] | undefined; readonly end: number };

export const Sparkline = memo(function Sparkline({ samples = NONE, end }: SparklineProps) {
  const counts = bars(samples, end);
  const most = Math.max(1, ...counts);
  const sum = counts.reduce((total, count) => total + count, 0);
  const path = counts
    .map((count, index) =>
      count === 0
        ? ""
        : `M${index * STEP + 1} ${HEIGHT}V${(HEIGHT - Math.max(2, (count / most) * HEIGHT)).toFixed(1)}`,
    )
    .join("");
  return (
    <span>
      <svg
        width={WINDOW_SECONDS * STEP}
        height={HEIGHT}
        aria-hidden="true"
        className="block border-b border-line text-running"
      >
        <path d={path} stroke="currentColor" strokeWidth={1.5} fill="none" />
      </svg>
      <span className="sr-only">{sum} entries in the last minute</span>
    </span>
  );
});
