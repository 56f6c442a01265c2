/** What every request of one session is asked with. */
import type { ModelCaller, ModelPolicy, ModelRequest, ProviderConfig } from "@tutti/protocol";
import type { Clock } from "../engine/ports/clock.ts";
import type { Deps } from "../engine/ports/deps.ts";
import type { BudgetStop, GatewayGrant } from "../engine/ports/gateway.ts";
import type { Ledger } from "./ledger.ts";
import type { Timeouts } from "./limits.ts";
import type { Pace } from "./pace.ts";
import type { Upstream } from "./upstream.ts";

export type Provider = Omit<ProviderConfig, "url"> & { readonly name: string; readonly url: URL };

export type Scene = {
  readonly provider: Provider;
  readonly caller: ModelCaller;
  readonly policy: ModelPolicy;
  readonly budget: GatewayGrant["budget"];
  readonly ledger: Ledger;
  readonly pace: Pace;
  readonly upstream: Upstream;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly log: Deps["log"];
  readonly ids: () => string;
  /** In constant time. */
  readonly isToken: (presented: string) => boolean;
  /** The provider's key; null where it takes none. */
  readonly key: () => Promise<string | null>;
  /** The provider did not take it: it is looked up again the next time. */
  readonly forgetKey: () => void;
  readonly record: (request: ModelRequest) => void;
  readonly requests: readonly ModelRequest[];
  readonly stopForBudget: (stop: BudgetStop) => void;
};
