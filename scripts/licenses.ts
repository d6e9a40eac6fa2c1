// Licenses of the packages in package-lock.json: which are permitted and why, and the page that lists them.
import parse from 'spdx-expression-parse';
import { z } from 'zod';

interface Permission {
  readonly why: string;
  /** Prefixes of the packages that it applies to; all packages by default. */
  readonly only?: readonly string[];
}

const PERMISSIVE = 'requires only its notice, which comes with the package';
const PUBLIC_DOMAIN = 'requires nothing';

/** SPDX identifiers of licenses that may be distributed together with a program under the MIT license. */
const PERMITTED: ReadonlyMap<string, Permission> = new Map([
  ['MIT', { why: PERMISSIVE }],
  ['ISC', { why: PERMISSIVE }],
  ['BSD-2-Clause', { why: PERMISSIVE }],
  ['BSD-3-Clause', { why: PERMISSIVE }],
  ['BlueOak-1.0.0', { why: PERMISSIVE }],
  ['Python-2.0', { why: PERMISSIVE }],
  ['Apache-2.0', { why: 'requires its notices, which come with the package; grants patents' }],
  ['0BSD', { why: PUBLIC_DOMAIN }],
  ['CC0-1.0', { why: PUBLIC_DOMAIN }],
  ['Unlicense', { why: PUBLIC_DOMAIN }],
  [
    'CC-BY-3.0',
    { why: 'a list of names; the package credits the authors', only: ['spdx-exceptions'] },
  ],
  [
    'OFL-1.1',
    {
      why: 'a font, unchanged and under its own name, with its license beside it',
      only: ['@expo-google-fonts/arimo'],
    },
  ],
  [
    'Bitstream-Vera',
    {
      why: 'a font, unchanged and under its own name, with its license beside it',
      only: ['dejavu-fonts-ttf'],
    },
  ],
  [
    'LGPL-3.0-or-later',
    {
      why: 'libvips, unchanged: a replaceable shared library that sharp loads; an image contains the one for Linux',
      only: ['@img/sharp-libvips-', '@img/sharp-win32-', '@img/sharp-wasm32'],
    },
  ],
  [
    'MPL-2.0',
    { why: 'parts of the tests, which are not distributed', only: ['lightningcss', 'axe-core'] },
  ],
]);

/** Licenses of packages without an SPDX identifier, as found in exactly this version. */
const READ: ReadonlyMap<string, string> = new Map([
  // The file LICENSE is the text of the MIT license.
  ['color-convert@0.5.3', 'MIT'],
  // DejaVu's changes are in the public domain; Arev's glyphs have the license of Bitstream's.
  ['dejavu-fonts-ttf@2.37.3', 'Bitstream-Vera'],
]);

/** Removed by the Dockerfile: the image already has Node. */
const LEFT_OUT = /^node-linux-/;

const FOLDER = 'node_modules/';
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string(),
      license: z.string().optional(),
      dev: z.boolean().default(false),
      optionalDependencies: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** The SPDX expression or other text that the package states; `none` if it states none. */
  readonly license: string;
  readonly isDistributed: boolean;
}

/** Returns the packages in a package-lock.json, for all platforms, sorted. Throws if the text is invalid. */
export function readDependencies(lock: string): Dependency[] {
  const { '': _ourselves, ...packages } = lockSchema.parse(JSON.parse(lock)).packages;
  const entries = Object.entries(packages);
  // A build for another platform may state no license; the package that depends on it does.
  const ofParent = (name: string): string | undefined =>
    entries.find(([, { optionalDependencies }]) => name in optionalDependencies)?.[1].license;
  const dependencies = entries.map(([path, entry]): [key: string, Dependency] => {
    const { version, license: stated, dev } = entry;
    const name = entry.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
    const license = READ.get(`${name}@${version}`) ?? stated ?? ofParent(name) ?? 'none';
    return [
      `${name} ${version} ${dev}`,
      { name, version, license, isDistributed: !dev && !LEFT_OUT.test(name) },
    ];
  });
  const sorted = [...new Map(dependencies)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, dependency]) => dependency);
}

/** Returns a message about a dependency's license; undefined if it is permitted. */
export function faultOf({ name, version, license }: Dependency): string | undefined {
  try {
    if (isPermitted(parse(license), name)) return undefined;
  } catch {
    return `${name}@${version}: not an SPDX expression: ${license}`;
  }
  return `${name}@${version}: not permitted: ${license}`;
}

function isPermitted(expression: ReturnType<typeof parse>, name: string): boolean {
  if (!('conjunction' in expression)) {
    const permission = PERMITTED.get(expression.license);
    if (permission?.only === undefined) return permission !== undefined;
    return permission.only.some((start) => name.startsWith(start));
  }
  const arms = [expression.left, expression.right];
  return expression.conjunction === 'or'
    ? arms.some((arm) => isPermitted(arm, name))
    : arms.every((arm) => isPermitted(arm, name));
}

/** Returns the content of docs/licenses.md. */
export function renderPage(dependencies: readonly Dependency[]): string {
  const distributed = dependencies.filter(({ isDistributed }) => isDistributed);
  const others = dependencies.filter(({ isDistributed }) => !isDistributed);
  const permitted = Array.from(PERMITTED, ([license, { why, only }]) => [
    license,
    only === undefined ? why : `${why} (${only.map(packagesOf).join(', ')})`,
  ]);
  return `# Licenses

Generated from \`package-lock.json\` by \`node scripts/check-licenses.ts --write\`. Without \`--write\`, the script fails if
this page is out of date or a dependency has a license that is not permitted.

pypins has the [MIT license](../LICENSE). Its dependencies may have one of these:

${table(['license', 'why it is permitted'], permitted)}

## In an image

Each package is complete, as its authors publish it: with the text of its license, or with its name in \`README.md\`;
those of libvips also list the libraries it contains. The licenses of the fonts are \`LICENSE\` in \`dejavu-fonts-ttf\` and
\`LICENSE_FONT\` in \`@expo-google-fonts/arimo\`. Of \`@img/*\` only the packages of the platform are installed.

${table(
  ['package', 'version', 'license'],
  distributed.map(({ name, version, license }) => [name, version, license]),
)}

## For development

${others.length} further packages, which are not distributed:
${tally(others)}.
`;
}

function packagesOf(start: string): string {
  return start.endsWith('-') ? `\`${start}*\`` : `\`${start}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function tally(dependencies: readonly Dependency[]): string {
  const groups = Object.groupBy(dependencies, ({ license }) => license);
  return Object.entries(groups)
    .map(([license, members = []]): [string, number] => [license, members.length])
    .toSorted(([, a], [, b]) => b - a)
    .map(([license, count]) => `${license} (${count})`)
    .join(', ');
}
