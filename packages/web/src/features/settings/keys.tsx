/** Keys of providers. They are written here and never shown: no route tells them. */
import type { KeyLine } from "@tutti/protocol";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { tellProblem } from "../../api/commands.ts";
import { daemon } from "../../api/daemon.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import { Queried } from "../../ui/queried.tsx";

const keysQuery = () =>
  queryOptions({
    queryKey: ["keys"],
    queryFn: ({ signal }) => daemon.keys({ signal }),
    staleTime: 0,
  });

/** What agents lack changes with the keys. */
const useChanged = () => {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["keys"] });
    await client.invalidateQueries({ queryKey: ["agents"] });
    await client.invalidateQueries({ queryKey: ["audit"] });
  };
};

export function Keys() {
  const query = useQuery(keysQuery());
  return (
    <section aria-labelledby="keys">
      <SectionHeading title="Keys" id="keys" />
      <Queried query={query} what="the names of the keys">
        {(keys) => (
          <>
            {keys.length === 0 && <p className="px-4 text-muted">No key is stored.</p>}
            <ul>
              {keys.map((key) => (
                <StoredKey key={`${key.source} ${key.name}`} line={key} />
              ))}
            </ul>
          </>
        )}
      </Queried>
      <NewKey />
    </section>
  );
}

const PLACES: Record<KeyLine["source"], string> = {
  environment: "a variable of the daemon's environment",
  keyring: "in the system's keyring",
  file: "in the encrypted file",
};

function StoredKey({ line: { name, source } }: { readonly line: KeyLine }) {
  const onSuccess = useChanged();
  const remove = useMutation({
    mutationFn: () => daemon.removeKey(name),
    onSuccess,
    onError: tellProblem,
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 border-b border-line px-4 py-1">
      <span className="font-mono">{name}</span>
      <span className="text-muted">{PLACES[source]}</span>
      {source !== "environment" && (
        <Button
          className="ml-auto"
          aria-label={`Remove ${name}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        >
          Remove
        </Button>
      )}
    </li>
  );
}

function NewKey() {
  const changed = useChanged();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const store = useMutation({
    mutationFn: (key: { name: string; value: string }) => daemon.setKey(key),
    onSuccess: async () => {
      setName("");
      await changed();
    },
    onError: tellProblem,
    // Whatever comes of it, it stays no longer in the page than it must.
    onMutate: () => setValue(""),
  });
  return (
    <form
      className="flex flex-wrap items-end gap-3 px-4 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "" && value !== "") store.mutate({ name: name.trim(), value });
      }}
    >
      <Labelled label="Name of the key">
        <input
          value={name}
          required
          spellCheck={false}
          autoComplete="off"
          placeholder="ANTHROPIC_API_KEY"
          onChange={({ target }) => setName(target.value)}
          className={`${FIELD} font-mono`}
        />
      </Labelled>
      <Labelled label="Its value">
        <input
          type="password"
          value={value}
          required
          autoComplete="off"
          onChange={({ target }) => setValue(target.value)}
          className={`${FIELD} font-mono`}
        />
      </Labelled>
      <Button type="submit" disabled={store.isPending}>
        Store the key
      </Button>
    </form>
  );
}
