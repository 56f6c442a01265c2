/** Who wrote a checkpoint. */
import type { CheckpointView } from "@tutti/protocol";

export const authorsText = ({ authors, by }: CheckpointView): string =>
  authors.length === 0
    ? by
    : authors.map(({ name, family, models }) => [name, family, ...models].join(" ")).join(", ");
