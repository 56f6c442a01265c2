/** The graph that `needs` makes, for steps and for plan items. */

export type GraphNode = { readonly id: string; readonly needs: readonly string[] };

/** Ids of one cycle in order, the first repeated at the end; null when there is none. */
export const findCycle = (nodes: readonly GraphNode[]): readonly string[] | null => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return null;
    for (const need of byId.get(id)?.needs ?? []) {
      const cycle = visit(need, [...path, id]);
      if (cycle !== null) return cycle;
    }
    done.add(id);
    return null;
  };
  for (const node of nodes) {
    const cycle = visit(node.id, []);
    if (cycle !== null) return cycle;
  }
  return null;
};

/** Everything that must hold before a node, directly or through others. Safe with cycles. */
export const ancestorsOf = (id: string, nodes: readonly GraphNode[]): ReadonlySet<string> => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Set<string>();
  const queue = [...(byId.get(id)?.needs ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(byId.get(next)?.needs ?? []));
  }
  return found;
};
