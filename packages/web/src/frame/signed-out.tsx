/** What a browser sees that has no session: how to get one. */
export function SignedOut({ why }: { readonly why: string }) {
  return (
    <main className="mx-auto flex max-w-120 flex-col gap-3 p-8">
      <h1 className="text-lg font-strong">Open Tutti from your terminal</h1>
      <p>{why}</p>
      <p>
        Run this on the machine of the daemon. It prints a link that works once and opens this page:
      </p>
      <pre className="rounded border border-line bg-surface p-3 font-mono">tutti open</pre>
    </main>
  );
}
