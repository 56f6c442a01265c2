import { useNavigate, useSearch } from "@tanstack/react-router";
import { diffAddress, type DiffAddress } from "./diff-address.ts";

/** Undefined takes a part out of the address. */
type AddressChange = { readonly [Key in keyof DiffAddress]?: DiffAddress[Key] | undefined };

export function useDiffAddress(): {
  readonly address: DiffAddress;
  readonly set: (change: AddressChange) => void;
} {
  const navigate = useNavigate();
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  return {
    address: diffAddress(search),
    set: (change) =>
      void navigate({
        to: ".",
        // What else the page keeps in its address, such as the tab, stays.
        search: ({ from, to, file, at, view, ...rest }) => ({
          ...rest,
          ...diffAddress({ from, to, file, at, view, ...change }),
        }),
        replace: true,
        resetScroll: false,
      }),
  };
}
