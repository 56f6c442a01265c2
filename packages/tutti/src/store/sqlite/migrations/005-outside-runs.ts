/** Of what was done outside every run: the last event before it. Null for a line of a command to a run. */
export const outsideRuns = `
ALTER TABLE audit ADD COLUMN after_event INTEGER;
CREATE INDEX audit_outside_runs ON audit (seq) WHERE after_event IS NOT NULL;
`;
