/** How a field of text or a choice looks. */
export const FIELD =
  "min-h-7 rounded border border-line-strong bg-surface px-2 text-text max-sm:min-h-11";
