import { downloads, downloadsDaily, downloadsMonthly, downloadsWeekly } from './kinds/downloads.ts';
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

/** All kinds of badges, in the order of the documents. A new kind is a file in `kinds/` and a line here. */
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

const BY_NAME: ReadonlyMap<string, Kind> = new Map(
  KINDS.flatMap((kind) =>
    GRAMMARS.flatMap((grammar) =>
      (kind.names[grammar] ?? []).map((name): [string, Kind] => [`${grammar} ${name}`, kind]),
    ),
  ),
);

/** Returns the kind with the name in a grammar, or undefined. Names are case-sensitive, and may contain a slash. */
export function findKind(grammar: Grammar, name: string): Kind | undefined {
  return BY_NAME.get(`${grammar} ${name}`);
}
