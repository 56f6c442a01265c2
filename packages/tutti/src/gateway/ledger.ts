/**
 * Budgets by reservation. One ledger for the whole daemon: an account for each run and for each day,
 * begun from what the store has metered, so that sessions at the same time share one limit.
 *
 * Before a request is forwarded, the most that it can take is reserved on both of its accounts. It is
 * admitted when what is settled, what others have reserved and its own fit under every limit. When only
 * the reservations of others are in its way it waits for them, in the order of arrival; when what is
 * settled and its own do not fit, it is refused for good.
 *
 * The bound: at each admission, settled + reserved ≤ limit. Afterwards only requests that are in flight
 * then can settle, so the settled sum passes the limit by no more than what those together take above
 * their reservations. A request takes no more than it reserved when the provider keeps its bound on
 * output and its input is text; then nothing is ever overshot.
 *
 * Minutes are not reserved, since nobody knows them before: a request is refused once settled minutes
 * and those of requests in flight reach the limit. The overshoot is what requests in flight go on to
 * take, each at most the time-out of a whole request.
 */
import type { Budget, ModelRequest, RunId, UsageTotals } from "@tutti/protocol";
import type { BudgetStop } from "../engine/ports/gateway.ts";

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 24 * 60 * MS_PER_MINUTE;

export type Sums = { readonly usd: number; readonly tokens: number };

type Account = {
  usd: number;
  tokens: number;
  ms: number;
  readonly open: Set<Reserved>;
};

type Reserved = Sums & { readonly startedAt: number };

type Bounds = { readonly run: Budget; readonly day: Budget };

export type Ask = {
  readonly run: RunId;
  readonly budget: Bounds;
  /** Most that it can take; no money for a model without a price. */
  readonly sums: Sums;
};

export type Reservation = {
  /** What it took in the end. Once. */
  readonly settle: (taken: Sums & { readonly ms: number }) => void;
};

type Decision =
  | { readonly kind: "reserved"; readonly reservation: Reservation }
  | { readonly kind: "refused"; readonly stop: BudgetStop };

type Waiting = {
  readonly ask: Ask;
  readonly accounts: Accounts;
  readonly resolve: (decision: Decision) => void;
};

type Accounts = { readonly run: Account; readonly day: Account };

export type LedgerOptions = {
  /** Sums of the store: of a run, or of everything since an instant. */
  readonly totals: (query: { readonly run?: RunId; readonly since?: number }) => UsageTotals;
  readonly now: () => number;
};

const allTokens = (totals: UsageTotals): number =>
  totals.inputTokens + totals.outputTokens + totals.cachedTokens + totals.cacheWriteTokens;

const dayOf = (at: number): number => Math.floor(at / MS_PER_DAY) * MS_PER_DAY;

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #runs = new Map<RunId, Account>();
  #day: { readonly since: number; readonly account: Account } | null = null;
  #waiting: Waiting[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Waits where only others' reservations are in its way; an aborted wait reserves nothing. */
  reserve(ask: Ask, signal: AbortSignal): Promise<Decision> {
    const { promise, resolve } = Promise.withResolvers<Decision>();
    const waiting: Waiting = { ask, accounts: this.#accountsOf(ask.run), resolve };
    this.#waiting.push(waiting);
    const leave = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      resolve({ kind: "reserved", reservation: { settle: () => undefined } });
      this.#admit();
    };
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    else this.#admit();
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  /** The last session of a run has ended: its account is read from the store again if need be. */
  forget(run: RunId): void {
    if (this.#runs.get(run)?.open.size === 0) this.#runs.delete(run);
  }

  #accountsOf(run: RunId): Accounts {
    const since = dayOf(this.#options.now());
    if (this.#day?.since !== since) this.#day = { since, account: this.#begin({ since }) };
    let account = this.#runs.get(run);
    if (account === undefined) {
      account = this.#begin({ run });
      this.#runs.set(run, account);
    }
    return { run: account, day: this.#day.account };
  }

  #begin(query: Parameters<LedgerOptions["totals"]>[0]): Account {
    const totals = this.#options.totals(query);
    const tokens = allTokens(totals);
    return { usd: totals.costUsd, tokens, ms: totals.totalMs, open: new Set() };
  }

  /** In the order of arrival: who comes later does not pass who waits for the same account. */
  #admit(): void {
    const blocked = new Set<Account>();
    for (const waiting of this.#waiting.slice()) {
      const { accounts, ask } = waiting;
      const mine = [accounts.run, accounts.day];
      const verdict = mine.some((account) => blocked.has(account))
        ? "wait"
        : this.#judge(ask, accounts);
      if (verdict === "wait") {
        for (const account of mine) blocked.add(account);
        continue;
      }
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      waiting.resolve(
        verdict === "fits"
          ? { kind: "reserved", reservation: this.#open(ask.sums, mine) }
          : { kind: "refused", stop: verdict },
      );
    }
  }

  #judge(ask: Ask, accounts: Accounts): "fits" | "wait" | BudgetStop {
    let fits = true;
    for (const scope of ["run", "day"] as const) {
      const account = accounts[scope];
      const bounds = ask.budget[scope];
      const minutes = this.#minutes(account);
      if (bounds.minutes !== undefined && minutes >= bounds.minutes) {
        return { scope, measure: "minutes", limit: bounds.minutes, spent: minutes };
      }
      for (const measure of ["usd", "tokens"] as const) {
        const limit = bounds[measure];
        if (limit === undefined) continue;
        const spent = account[measure];
        // What costs nothing is not refused for money, even when there is none left.
        if (ask.sums[measure] > 0 && spent + ask.sums[measure] > limit) {
          return { scope, measure, limit, spent };
        }
        const reserved = [...account.open].reduce((sum, other) => sum + other[measure], 0);
        fits &&= ask.sums[measure] === 0 || spent + reserved + ask.sums[measure] <= limit;
      }
    }
    return fits ? "fits" : "wait";
  }

  #minutes({ ms, open }: Account): number {
    const now = this.#options.now();
    const running = [...open].reduce((sum, { startedAt }) => sum + (now - startedAt), 0);
    return (ms + running) / MS_PER_MINUTE;
  }

  #open(sums: Sums, accounts: readonly Account[]): Reservation {
    const reserved: Reserved = { ...sums, startedAt: this.#options.now() };
    for (const { open } of accounts) open.add(reserved);
    const settle: Reservation["settle"] = ({ usd, tokens, ms }) => {
      for (const account of accounts) {
        if (!account.open.delete(reserved)) continue;
        account.usd += usd;
        account.tokens += tokens;
        account.ms += ms;
      }
      this.#admit();
    };
    return { settle };
  }
}

/** What a finished request adds to its accounts. */
export const sumsOf = (request: ModelRequest): Sums & { readonly ms: number } => ({
  usd: request.costUsd ?? 0,
  tokens:
    request.inputTokens + request.outputTokens + request.cachedTokens + request.cacheWriteTokens,
  ms: request.totalMs,
});
