import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findKind } from '../badges/catalogue.ts';
import { composeSpec } from '../badges/compose.ts';
import { type Dialect, type Kind, PERIODS, type Wishes } from '../badges/kind.ts';
import { describe } from '../describe.ts';
import { BadgeError } from '../errors.ts';
import { formatOf } from '../http/paths.ts';
import {
  type BadgeSpec,
  type Format,
  type Picture,
  type Scale,
  type Style,
  STYLES,
} from '../imaging/spec.ts';
import { createServices, type Services } from '../services.ts';
import { isRelease, normaliseName } from '../upstream/names.ts';
import { withOpened } from './context.ts';

const SCALES: Readonly<Record<`${Scale}`, Scale>> = { 1: 1, 2: 2, 3: 3, 4: 4 };

/** `pypins render`. */
export function define(command: Command): void {
  command
    .argument('<kind>', 'such as version, or pyversions')
    .argument('<project>', 'such as requests')
    .requiredOption('-o, --output <file>', 'file to write, - for standard output')
    .option('--release <release>', 'speak of this release instead of the latest')
    .addOption(new Option('--style <style>', 'how it looks').choices(STYLES).default('flat'))
    .option(
      '--format <format>',
      "the picture's format; by default from the file's name, else svg",
      parseFormat,
    )
    .addOption(
      new Option('--scale <times>', 'size of a raster picture')
        .choices(Object.keys(SCALES))
        .default('1'),
    )
    .option('--label <text>', 'the left half; empty removes it')
    .option('--color <color>', 'colour of the right half')
    .option('--label-color <color>', 'colour of the left half')
    .addOption(new Option('--period <period>', 'what downloads are counted over').choices(PERIODS))
    .addOption(
      new Option('--prefix <prefix>', 'whether a version wears a v').choices(['v', 'none']),
    )
    .action(renderOne);
}

interface RenderOptions extends Pick<
  RenderRequest,
  'release' | 'style' | 'label' | 'color' | 'labelColor'
> {
  readonly output: string;
  readonly format?: Format;
  readonly scale: `${Scale}`;
  readonly period?: RenderRequest['wishes']['period'];
  readonly prefix?: RenderRequest['wishes']['prefix'];
}

async function renderOne(kind: string, project: string, options: RenderOptions): Promise<void> {
  const { output, period, prefix, scale, format = formatOfFile(output), ...looks } = options;
  const wishes = { ...(period && { period }), ...(prefix && { prefix }) };
  const request = { ...looks, kind, project, wishes, format, scale: SCALES[scale] };
  await withOpened(createServices, async (services) =>
    writePicture(output, await render(services, request)),
  );
}

function parseFormat(name: string): Format {
  const format = formatOf(name);
  if (format === undefined || format === 'json')
    throw new InvalidArgumentError('It is not a format of pictures.');
  return format;
}

function formatOfFile(file: string): Format {
  const format = formatOf(file.slice(file.lastIndexOf('.') + 1));
  return format === undefined || format === 'json' ? 'svg' : format;
}

/** One badge, wanted without a server. */
export interface RenderRequest {
  /** A kind's name as in `/<kind>/<project>` or `/pypi/<kind>/<project>`. */
  readonly kind: string;
  readonly project: string;
  readonly release?: string | undefined;
  readonly style: Style;
  readonly label?: string | undefined;
  readonly color?: string | undefined;
  readonly labelColor?: string | undefined;
  readonly wishes: Omit<Wishes, 'dialect'>;
  readonly format: Format;
  readonly scale: Scale;
}

/** The picture of one badge. Rejects with a `BadgeError` where a server would answer with an error badge. */
export async function render(
  { sources, pictures }: Services,
  request: RenderRequest,
): Promise<Picture> {
  const spec = await specOf(sources, request);
  const wish = { spec, format: request.format, scale: request.scale };
  const { picture } = await pictures.get(wish, pictures.digest(wish), () => 0);
  return picture;
}

async function specOf(sources: Services['sources'], request: RenderRequest): Promise<BadgeSpec> {
  const { kind, dialect } = kindOf(request.kind);
  const project = normaliseName(request.project);
  const { release } = request;
  if (project === undefined || (release !== undefined && !isRelease(release))) {
    throw new BadgeError('invalid-name', 'not the name of a project or a release');
  }
  const subject = { kind, project, release, wishes: { ...request.wishes, dialect } };
  const { saying } = await describe(sources, subject, () => undefined);
  return composeSpec({ label: kind.label, ...saying }, request);
}

/** pypip.in's names first, as they are the service's own. */
function kindOf(name: string): { kind: Kind; dialect: Dialect } {
  for (const dialect of ['pypip', 'shields'] as const) {
    const kind = findKind(dialect, name);
    if (kind !== undefined) return { kind, dialect };
  }
  throw new BadgeError('no-badge', `there is no kind ${name}`);
}

/** Writes the picture to a file, or to standard output for `-`. */
export async function writePicture(output: string, picture: Picture): Promise<void> {
  if (output !== '-') return writeFile(output, picture);
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(picture, (error) => (error ? reject(error) : resolve()));
  });
}
