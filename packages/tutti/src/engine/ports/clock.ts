/** Time and randomness are passed in; nothing reads them by itself. */
export type Clock = { readonly now: () => number };
