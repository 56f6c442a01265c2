/** What the address of a run's transcript holds beside the run. */
export type TranscriptSearch = { readonly session?: string };

export const transcriptSearch = ({ session }: Record<string, unknown>): TranscriptSearch =>
  typeof session === "string" && session.length <= 300 ? { session } : {};
