/** Hosts that people allowed for all runs of a project. Tutti's own data: a repository cannot add to it. */
export type EgressGrants = {
  /** `target`: `host:port`. Asked at each decision of a proxy, so it is answered from memory. */
  readonly allows: (project: string, target: string) => boolean;
  /** Durable when it returns. */
  readonly allow: (project: string, target: string) => void;
};
