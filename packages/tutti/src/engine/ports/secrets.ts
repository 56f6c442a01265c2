/** The user's keys: an environment variable of the daemon, the system's keyring, or an encrypted file. */
export type SecretSource = "environment" | "keyring" | "file";

export type Secrets = {
  /** Null when there is none. The value goes to a provider and nowhere else. */
  readonly get: (name: string) => Promise<string | null>;
  /** Throws TuttiError `secrets.unavailable` when nothing here can keep one safely. */
  readonly set: (name: string, value: string) => Promise<{ readonly source: SecretSource }>;
  readonly remove: (name: string) => Promise<boolean>;
  /** Names and where each comes from; never values. */
  readonly list: () => Promise<readonly { readonly name: string; readonly source: SecretSource }[]>;
};

/** Takes secrets out of text before it is persisted: known values, and what looks like a key. */
export type Redactor = {
  readonly text: (text: string) => string;
  /** One per stream of text that arrives in pieces; a secret may lie across their border. */
  readonly stream: () => {
    /** What may be persisted now; the rest waits for more. */
    readonly push: (text: string) => string;
    readonly end: () => string;
  };
  /** From now on this value is taken out as well. */
  readonly know: (value: string) => void;
  /** The token of a session: of very many, the oldest are forgotten. */
  readonly knowToken: (value: string) => void;
};
