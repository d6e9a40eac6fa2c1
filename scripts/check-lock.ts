// Fails if a lock file contains a package without a pinned digest or with an install script, or lacks one that `npm ci` wants.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const OTHER_SYSTEM = 'of another system: not all mirrors of the registry have it';
/** The lock files, and the paths in them that may have faults, with the reason. */
const LOCKS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['package-lock.json', new Map()],
  [
    'test/clickhouse/package-lock.json',
    new Map([
      ['node_modules/chdb', 'its script compiles what the packages of the engine have compiled'],
      ['node_modules/@chdb/lib-darwin-arm64', OTHER_SYSTEM],
      ['node_modules/@chdb/lib-darwin-x64', OTHER_SYSTEM],
      ['node_modules/@chdb/lib-linux-arm64-gnu', OTHER_SYSTEM],
    ]),
  ],
  [
    'test/telemetry/package-lock.json',
    new Map([['node_modules/protobufjs', 'its script only warns, and does not run']]),
  ],
]);

const entrySchema = z.object({
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  hasInstallScript: z.boolean().default(false),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const lockSchema = z.object({ packages: z.record(z.string(), entrySchema) });
type Entry = z.infer<typeof entrySchema>;

/** Returns the faults of a lock file, one line each. Throws if the text is invalid. */
export function findLockFaults(
  text: string,
  permitted: ReadonlyMap<string, string> = new Map(),
): string[] {
  const { '': _ourselves, ...packages } = lockSchema.parse(JSON.parse(text)).packages;
  const entries = Object.entries(packages);
  return [
    ...entries.flatMap(([path, entry]) => {
      const faults = faultsOf(path, entry);
      if (!permitted.has(path)) return faults;
      return faults.length > 0 ? [] : [`${path}: is permitted to have faults, and has none`];
    }),
    ...entries.flatMap(([path, entry]) => missingOf(path, entry, Object.keys(packages))),
  ];
}

/** npm leaves out what the registry lacks when it writes the file, and refuses the file then. */
function missingOf(path: string, { optionalDependencies }: Entry, paths: string[]): string[] {
  return Object.keys(optionalDependencies)
    .filter((name) => !paths.some((each) => each.endsWith(`node_modules/${name}`)))
    .map((name) => `${path}: lacks its optional ${name}`);
}

function faultsOf(path: string, { integrity, resolved, hasInstallScript }: Entry): string[] {
  const faults: string[] = [];
  if (integrity?.startsWith('sha512-') !== true) faults.push(`${path}: no sha512`);
  if (resolved !== undefined) faults.push(`${path}: not from the registry, but ${resolved}`);
  if (hasInstallScript) faults.push(`${path}: its install script does not run (.npmrc)`);
  return faults;
}

if (import.meta.main) {
  const faults = [...LOCKS].flatMap(([file, permitted]) =>
    findLockFaults(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'), permitted),
  );
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
