/** A gateway whose sessions' tokens are kept out of records: agents see them, and agents print a lot. */
import type { Gateway } from "../engine/ports/gateway.ts";
import type { Redactor } from "../engine/ports/secrets.ts";

export const withKnownTokens = (gateway: Gateway, { knowToken }: Redactor): Gateway => ({
  ...gateway,
  open: async (grant) => {
    const lease = await gateway.open(grant);
    knowToken(lease.token);
    return lease;
  },
});
