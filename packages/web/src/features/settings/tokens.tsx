/** Tokens of programs that use the interface; each is shown once, when it is made. */
import type { CreateToken, TokenView } from "@tutti/protocol";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { tellProblem } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { Queried } from "../../ui/queried.tsx";
import { Ago } from "../../ui/time.tsx";

const DAYS = [1, 7, 30, 90];
const USUAL_DAYS = 30;

const tokensQuery = () =>
  queryOptions({
    queryKey: ["tokens"],
    queryFn: ({ signal }) => daemon.tokens({ signal }),
    staleTime: 0,
  });

export function Tokens() {
  const query = useQuery(tokensQuery());
  return (
    <section aria-labelledby="tokens">
      <SectionHeading title="Tokens" id="tokens" />
      <Queried query={query} what="the tokens">
        {(tokens) => (
          <>
            {tokens.length === 0 && (
              <p className="px-4 text-muted">No program has a token to use the interface with.</p>
            )}
            <ul>
              {tokens.map((token) => (
                <TokenLine key={token.id} token={token} />
              ))}
            </ul>
          </>
        )}
      </Queried>
      <NewToken />
    </section>
  );
}

function TokenLine({ token }: { readonly token: TokenView }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => daemon.removeToken(token.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["tokens"] });
      await client.invalidateQueries({ queryKey: ["audit"] });
    },
    onError: tellProblem,
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 border-b border-line px-4 py-1">
      <span dir="auto" className="font-strong">
        {token.name}
      </span>
      <span className="text-muted">
        until <time dateTime={dateOf(token.expiresAt)}>{dateOf(token.expiresAt)}</time>
      </span>
      <span className="text-muted">
        {token.usedAt === null ? (
          "never used"
        ) : (
          <>
            used <Ago at={token.usedAt} />
          </>
        )}
      </span>
      <Button
        className="ml-auto"
        aria-label={`Revoke ${token.name}`}
        disabled={revoke.isPending}
        onClick={() => revoke.mutate()}
      >
        Revoke
      </Button>
    </li>
  );
}

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, "2026-01-01".length);

function NewToken() {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState(USUAL_DAYS);
  const create = useMutation({
    mutationFn: (wish: CreateToken) => daemon.createToken(wish),
    onSuccess: async () => {
      setName("");
      await client.invalidateQueries({ queryKey: ["tokens"] });
      await client.invalidateQueries({ queryKey: ["audit"] });
    },
    onError: tellProblem,
  });
  return (
    <form
      className="flex flex-wrap items-end gap-3 px-4 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") create.mutate({ name: name.trim(), days });
      }}
    >
      <Labelled label="New token for">
        <input
          value={name}
          required
          maxLength={100}
          placeholder="what uses it"
          onChange={({ target }) => setName(target.value)}
          className={FIELD}
        />
      </Labelled>
      <Labelled label="Valid">
        <select
          value={days}
          onChange={({ target }) => setDays(Number(target.value))}
          className={FIELD}
        >
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {count === 1 ? "1 day" : `${count} days`}
            </option>
          ))}
        </select>
      </Labelled>
      <Button type="submit" disabled={create.isPending}>
        Create the token
      </Button>
      {create.data !== undefined && <Shown token={create.data.token} onClose={create.reset} />}
    </form>
  );
}

/** Only now: what is kept of it is a hash. */
function Shown({ token, onClose }: { readonly token: string; readonly onClose: () => void }) {
  return (
    <output className="flex basis-full flex-wrap items-center gap-3 border-l-2 border-accent ps-3">
      <span>This is shown once. Keep it now.</span>
      <code className="font-mono wrap-anywhere">{token}</code>
      <Button onClick={() => void navigator.clipboard.writeText(token)}>Copy</Button>
      <Button emphasis="quiet" onClick={onClose}>
        Done
      </Button>
    </output>
  );
}
