/** `?item=`: the item that is open. */
export type HomeSearch = { readonly item?: string };

export const homeSearch = (search: Readonly<Record<string, unknown>>): HomeSearch =>
  typeof search["item"] === "string" ? { item: search["item"] } : {};
