// The licenses of all that package-lock.json pins: which are permitted and why, and the page that lists them.
import parse from 'spdx-expression-parse';
import { z } from 'zod';

interface Permission {
  readonly why: string;
  /** How the names begin of the packages that it is for; left out, it is for all. */
  readonly only?: readonly string[];
}

const PERMISSIVE = 'asks for its notice alone, which comes with the package';
const PUBLIC_DOMAIN = 'asks for nothing';

/** By SPDX identifier: what may be distributed together with a program under the MIT license. */
const PERMITTED: ReadonlyMap<string, Permission> = new Map([
  ['MIT', { why: PERMISSIVE }],
  ['ISC', { why: PERMISSIVE }],
  ['BSD-2-Clause', { why: PERMISSIVE }],
  ['BSD-3-Clause', { why: PERMISSIVE }],
  ['BlueOak-1.0.0', { why: PERMISSIVE }],
  ['Python-2.0', { why: PERMISSIVE }],
  ['Apache-2.0', { why: 'asks for its notices, which come with the package; grants patents' }],
  ['0BSD', { why: PUBLIC_DOMAIN }],
  ['CC0-1.0', { why: PUBLIC_DOMAIN }],
  ['Unlicense', { why: PUBLIC_DOMAIN }],
  [
    'CC-BY-3.0',
    { why: 'a list of names, whose authors the package tells', only: ['spdx-exceptions'] },
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
      why: 'libvips, unchanged: a shared library that sharp loads and anybody can replace; an image brings the one for Linux',
      only: ['@img/sharp-libvips-', '@img/sharp-win32-', '@img/sharp-wasm32'],
    },
  ],
  [
    'MPL-2.0',
    { why: 'a part of the tests’ runner, which is not distributed', only: ['lightningcss'] },
  ],
]);

/** Of packages that name no license, or none by an identifier: what was read there, in this very version. */
const READ: ReadonlyMap<string, string> = new Map([
  // The file LICENSE has the words of the MIT license.
  ['color-convert@0.5.3', 'MIT'],
  // Its own changes are in the public domain; Arev's letters are under the same words as Bitstream's.
  ['dejavu-fonts-ttf@2.37.3', 'Bitstream-Vera'],
]);

/** The Dockerfile takes these out: an image has a Node of its own. */
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
  /** An SPDX expression, or whatever the package says instead; `none` where it says nothing. */
  readonly license: string;
  readonly isDistributed: boolean;
}

/** All that a package-lock.json pins, for every platform, sorted; throws where the text is none. */
export function readDependencies(lock: string): Dependency[] {
  const { '': _ourselves, ...packages } = lockSchema.parse(JSON.parse(lock)).packages;
  const entries = Object.entries(packages);
  // The build for a platform that is not this one may come without a license: the package that chooses among them has it.
  const ofChooser = (name: string): string | undefined =>
    entries.find(([, { optionalDependencies }]) => name in optionalDependencies)?.[1].license;
  const dependencies = entries.map(([path, entry]): [key: string, Dependency] => {
    const { version, license: stated, dev } = entry;
    const name = entry.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
    const license = READ.get(`${name}@${version}`) ?? stated ?? ofChooser(name) ?? 'none';
    return [
      `${name} ${version} ${dev}`,
      { name, version, license, isDistributed: !dev && !LEFT_OUT.test(name) },
    ];
  });
  const sorted = [...new Map(dependencies)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, dependency]) => dependency);
}

/** What is wrong with a dependency's license, for people; undefined where it is permitted. */
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

/** The page docs/licenses.md. */
export function renderPage(dependencies: readonly Dependency[]): string {
  const distributed = dependencies.filter(({ isDistributed }) => isDistributed);
  const others = dependencies.filter(({ isDistributed }) => !isDistributed);
  const permitted = Array.from(PERMITTED, ([license, { why, only }]) => [
    license,
    only === undefined ? why : `${why} (${only.map(packagesOf).join(', ')})`,
  ]);
  return `# Licenses

Written by \`node scripts/check-licenses.ts --write\` from \`package-lock.json\`. Without \`--write\` the script fails where this page is out of date,
and where a dependency has a license that is not permitted.

pypins is under the [MIT license](../LICENSE). What it depends on may have one of these:

${table(['license', 'why it may be'], permitted)}

## What an image brings

Each package comes whole, as its authors publish it: with its license's text, or with the license's name in its \`README.md\`, where those of libvips also
list the libraries within it. The fonts' licenses are \`LICENSE\` in \`dejavu-fonts-ttf\` and \`LICENSE_FONT\` in \`@expo-google-fonts/arimo\`. Of \`@img/*\` only what
fits the platform is installed.

${table(
  ['package', 'version', 'license'],
  distributed.map(({ name, version, license }) => [name, version, license]),
)}

## What development needs

${others.length} further packages, which are not distributed: ${tally(others)}.
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
