/**
 * The model gateway: a reverse proxy that speaks the providers' own dialects unchanged. It holds the
 * keys, and nothing else does; an agent has its session's token. See docs/providers.md.
 */
import { BUILT_IN_PROVIDERS, TuttiError } from "@tutti/protocol";
import type { ProviderConfig, RunId } from "@tutti/protocol";
import type { Clock } from "../engine/ports/clock.ts";
import type { Deps } from "../engine/ports/deps.ts";
import type { Gateway, GatewayGrant, ProviderState } from "../engine/ports/gateway.ts";
import type { Secrets } from "../engine/ports/secrets.ts";
import type { Store } from "../engine/ports/store.ts";
import { randomBase32 } from "../platform/ids.ts";
import { createAllowance } from "./allowance.ts";
import type { Allowance } from "./allowance.ts";
import { createLease } from "./lease.ts";
import { Ledger } from "./ledger.ts";
import { BODIES_MAX_BYTES, TIMEOUTS } from "./limits.ts";
import type { Timeouts } from "./limits.ts";
import { Pace } from "./pace.ts";
import { refuseProvider } from "./policy.ts";
import { Recorder } from "./recorder.ts";
import type { Provider } from "./scene.ts";
import { createUpstream } from "./upstream.ts";

const ID_CHARACTERS = 16;

export type GatewayOptions = {
  readonly store: Pick<Store, "meter">;
  readonly secrets: Pick<Secrets, "get">;
  /** Those of the user's file, as they are now; each session begins with what it says then. */
  readonly providers: () => Promise<Readonly<Record<string, ProviderConfig>>>;
  readonly clock: Clock;
  readonly log: Deps["log"];
  readonly timeouts?: Partial<Timeouts>;
  /** Where it names a proxy, providers outside are asked through it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

/** What is shared by the sessions of all runs. */
type Shared = GatewayOptions & {
  readonly ledger: Ledger;
  readonly allowance: Allowance;
  readonly recorder: Recorder;
  readonly paces: Map<string, Pace>;
  /** Sessions of each run. */
  readonly sessions: Map<RunId, number>;
  readonly upstream: ReturnType<typeof createUpstream>;
  readonly limits: Timeouts;
};

export function createGateway(options: GatewayOptions): Gateway {
  const { store, clock, log } = options;
  const limits = { ...TIMEOUTS, ...options.timeouts };
  const shared: Shared = {
    ...options,
    limits,
    ledger: new Ledger({
      now: clock.now,
      totals: (query) => {
        const [row] = store.meter.totals(query);
        if (row === undefined) throw new Error("the store gave no totals");
        return row.totals;
      },
    }),
    allowance: createAllowance(BODIES_MAX_BYTES),
    recorder: new Recorder(store.meter, log),
    paces: new Map(),
    sessions: new Map(),
    upstream: createUpstream({ ...limits, environment: options.environment ?? {} }),
  };
  return {
    open: (grant) => open(shared, grant),
    providers: () => listProviders(options),
  };
}

async function findProvider(options: GatewayOptions, name: string): Promise<Provider> {
  const all = { ...BUILT_IN_PROVIDERS, ...(await options.providers()) };
  const config = Object.hasOwn(all, name) ? all[name] : undefined;
  if (config === undefined) {
    const known = Object.keys(all).join(", ");
    throw new TuttiError("provider.unknown", `there is no provider ${name}; known are ${known}`, {
      facts: { provider: name },
    });
  }
  return { ...config, name, url: new URL(config.url) };
}

async function open(shared: Shared, grant: GatewayGrant): ReturnType<Gateway["open"]> {
  const provider = await findProvider(shared, grant.provider);
  const objection = refuseProvider(provider.name, provider, grant.policy);
  if (objection !== null) {
    throw new TuttiError("provider.refused", objection, { facts: { provider: provider.name } });
  }
  const keys = keysOf(shared, provider);
  await keys.need();
  const { run } = grant.caller;
  shared.sessions.set(run, (shared.sessions.get(run) ?? 0) + 1);
  return createLease({
    scene: {
      provider,
      caller: grant.caller,
      policy: grant.policy,
      budget: grant.budget,
      ledger: shared.ledger,
      pace: paceOf(shared, provider),
      upstream: shared.upstream,
      timeouts: shared.limits,
      clock: shared.clock,
      log: shared.log,
      ids: () => `m-${randomBase32(ID_CHARACTERS)}`,
      key: keys.get,
      forgetKey: keys.forget,
    },
    allowance: shared.allowance,
    record: (request) => shared.recorder.add(request),
    close: async () => {
      await shared.recorder.flush();
      leave(shared, run);
    },
  });
}

/** A run's account is kept while it has sessions, since the store lags a little behind. */
function leave({ sessions, ledger }: Shared, run: RunId): void {
  const left = (sessions.get(run) ?? 1) - 1;
  if (left > 0) sessions.set(run, left);
  else {
    sessions.delete(run);
    ledger.forget(run);
  }
}

function paceOf({ paces, clock }: Shared, provider: Provider): Pace {
  const known = paces.get(provider.name);
  if (known !== undefined) {
    known.limits = provider;
    return known;
  }
  const pace = new Pace(provider, clock.now);
  paces.set(provider.name, pace);
  return pace;
}

/** A key is looked up once for a session, and again when the provider did not take it. */
function keysOf({ secrets }: Shared, { key, name }: Provider) {
  let known: string | null = null;
  const get = async (): Promise<string | null> => {
    if (key === undefined) return null;
    known ??= await secrets.get(key);
    return known;
  };
  return {
    get,
    forget: () => {
      known = null;
    },
    need: async (): Promise<void> => {
      if (key === undefined || (await get()) !== null) return;
      throw new TuttiError("provider.key-missing", `there is no key ${key} for provider ${name}`, {
        facts: { provider: name, key },
      });
    },
  };
}

async function listProviders(options: GatewayOptions): Promise<ProviderState[]> {
  const all = { ...BUILT_IN_PROVIDERS, ...(await options.providers()) };
  return Promise.all(
    Object.entries(all).map(async ([name, { url, key }]): Promise<ProviderState> => {
      if (key === undefined) return { name, url, key: "not-needed", keyName: null };
      const isThere = (await options.secrets.get(key)) !== null;
      return { name, url, key: isThere ? "there" : "missing", keyName: key };
    }),
  );
}
