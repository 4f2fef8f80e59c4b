/**
 * Which services a table shows: the core services of the office lead, and may stand alone (R031). Pure.
 */

/** {isOffered, rows}: whether there is anything to leave out, and the rows to show in their order. */
export function coreFirst(rows, isCore, isAlone) {
  const core = rows.filter(isCore);
  const others = rows.filter((row) => !isCore(row));
  const isOffered = core.length > 0 && others.length > 0;
  return { isOffered, rows: isOffered && isAlone ? core : [...core, ...others] };
}
