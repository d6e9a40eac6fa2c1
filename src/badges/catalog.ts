import {
  downloads,
  downloadsDaily,
  downloadsMonthly,
  downloadsTotal,
  downloadsWeekly,
} from './kinds/downloads.ts';
import { egg, format, wheel } from './kinds/files.ts';
import { frameworks } from './kinds/frameworks.ts';
import { implementation } from './kinds/implementation.ts';
import { license } from './kinds/license.ts';
import { provenance } from './kinds/provenance.ts';
import { pythonVersions, requires } from './kinds/python.ts';
import { status } from './kinds/status.ts';
import { types } from './kinds/types.ts';
import { released, size } from './kinds/uploads.ts';
import { furyVersion, version } from './kinds/version.ts';
import { type Grammar, GRAMMARS, type Kind } from './kind.ts';
import { type Parameter, PARAMETERS } from './parameters.ts';

/** The kinds of badges that are always served, in the order of the documents. A new kind is a file in `kinds/` and a line here. */
export const KINDS: readonly [Kind, ...Kind[]] = [
  version,
  furyVersion,
  downloads,
  downloadsDaily,
  downloadsWeekly,
  downloadsMonthly,
  license,
  pythonVersions,
  requires,
  implementation,
  status,
  wheel,
  egg,
  format,
  types,
  released,
  size,
  provenance,
  ...frameworks,
];

/** All kinds: those too that need the counts of all projects (`DOWNLOADS_SOURCE=clickhouse`). */
export const ALL_KINDS: readonly Kind[] = [...KINDS, downloadsTotal];

/** What a service has, for its pages. */
export interface Served {
  readonly kinds: readonly Kind[];
  readonly parameters: readonly Parameter[];
}

/** Returns what is served. Where all downloads are not known (`hasTotals`), nothing shows them. */
export function servedWith(hasTotals: boolean): Served {
  if (hasTotals) return { kinds: ALL_KINDS, parameters: PARAMETERS };
  return { kinds: KINDS, parameters: PARAMETERS.map(withoutTotal) };
}

function withoutTotal({ values, ...parameter }: Parameter): Parameter {
  if (values === undefined) return parameter;
  return { ...parameter, values: values.filter((value) => value !== 'total') };
}

const BY_NAME: ReadonlyMap<string, Kind> = new Map(
  ALL_KINDS.flatMap((kind) =>
    GRAMMARS.flatMap((grammar) =>
      (kind.names[grammar] ?? []).map((name): [string, Kind] => [`${grammar} ${name}`, kind]),
    ),
  ),
);

/** Returns the kind with the name in a grammar, or undefined. Names are case-sensitive, and may contain a slash. */
export function findKind(grammar: Grammar, name: string): Kind | undefined {
  return BY_NAME.get(`${grammar} ${name}`);
}
