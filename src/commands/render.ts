import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findKind } from '../badges/catalog.ts';
import { composeSpec } from '../badges/compose.ts';
import type { Grammar, Kind } from '../badges/kind.ts';
import { type Parameter, PARAMETERS } from '../badges/parameters.ts';
import { describe, indexOf } from '../facts/look-up.ts';
import { UsageError } from '../errors.ts';
import { type Parameters, resolveParameters } from '../http/urls/parameters.ts';
import { EXTENSION_NAMES, formatOf } from '../http/urls/paths.ts';
import type { BadgeSpec, Format, Picture } from '../imaging/spec.ts';
import { createServices, type Services } from '../services.ts';
import { isRelease, normalizeName } from '../facts/names.ts';
import { withOpened } from './context.ts';
import { createOutput } from './output.ts';

/** `pypins render`. */
export function define(command: Command): void {
  command
    .argument('<kind>', 'such as version or pyversions')
    .argument('<project>', 'such as requests')
    .requiredOption('-o, --output <file>', 'file to write; - for standard output')
    .option('--release <release>', 'badge of this release (default: the latest)')
    .option('--format <format>', "picture format (default: by the file's extension)", parseFormat);
  for (const parameter of RENDERED) command.addOption(optionOf(parameter));
  command.action(renderOne);
}

/** The URL parameters that change the picture of a project, without old names. */
const RENDERED = PARAMETERS.filter(
  ({ changes, oldNameOf, otherNameOf, staticExample }) =>
    changes !== 'answer' && (oldNameOf ?? otherNameOf ?? staticExample) === undefined,
);

function optionOf({ name, about, values, keepsEmpty }: Parameter): Option {
  const flag = name
    .replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
    .replaceAll('_', '-');
  const option =
    keepsEmpty === true
      ? new Option(`--${flag} [value]`, about).preset('')
      : new Option(`--${flag} <value>`, about);
  return values === undefined ? option : option.choices(values);
}

/** Also contains the values of `RENDERED`, by the names of their options. */
interface RenderOptions extends Readonly<Record<string, unknown>> {
  readonly output: string;
  readonly release?: string;
  readonly format?: Format;
}

async function renderOne(kind: string, project: string, options: RenderOptions): Promise<void> {
  const { output, release, format = formatOfFile(output) } = options;
  if (output === '') throw new UsageError('--output needs a file, or - for standard output');
  const given = Object.fromEntries(
    RENDERED.map((parameter) => [parameter.name, options[optionOf(parameter).attributeName()]]),
  );
  const request = { kind, project, release, format, parameters: resolveParameters(given) };
  const picture = await withOpened(createServices, (services) => render(services, request));
  // Unlike what is kept (see the launcher), a picture is for others to see.
  const umask = process.umask(0o022);
  await writePicture(output, picture);
  process.umask(umask);
}

function parseFormat(name: string): Format {
  const format = formatOf(name);
  if (format === undefined || format === 'json')
    throw new InvalidArgumentError('Not a picture format.');
  return format;
}

/** SVG for a file without an extension, and for standard output. */
function formatOfFile(file: string): Format {
  const extension = extname(file).slice(1);
  if (extension === '') return 'svg';
  const format = formatOf(extension);
  if (format !== undefined && format !== 'json') return format;
  const names = EXTENSION_NAMES.filter((name) => name !== 'json').join(', ');
  throw new UsageError(`${file}: there is no picture format ${extension}, but ${names}`);
}

/** A badge to draw without a server. */
export interface RenderRequest {
  /** A kind's name as in `/<kind>/<project>` or `/pypi/<kind>/<project>`. */
  readonly kind: string;
  readonly project: string;
  readonly release?: string | undefined;
  readonly format: Format;
  readonly parameters: Pick<Parameters, 'styling' | 'content' | 'scale' | 'pypiBaseUrl'>;
}

/** Returns the picture of a badge. Rejects with a `BadgeError` if a server would send an error badge. */
export async function render(
  { sources, logos, pictures }: Services,
  request: RenderRequest,
): Promise<Picture> {
  const spec = await specOf({ sources, logos }, request);
  const wanted = { spec, format: request.format, scale: request.parameters.scale ?? 1 };
  const { picture } = await pictures.get(wanted, pictures.digest(wanted), () => 0);
  return picture;
}

async function specOf(
  { sources, logos }: Pick<Services, 'sources' | 'logos'>,
  request: RenderRequest,
): Promise<BadgeSpec> {
  const { release, parameters } = request;
  const { kind, grammar } = kindOf(request.kind);
  const project = normalizeName(request.project);
  if (project === undefined || (release !== undefined && !isRelease(release))) {
    throw new UsageError(
      `${request.project} ${release ?? ''} is not a valid name of a project or a release`,
    );
  }
  const options = { ...parameters.content, grammar };
  const index = indexOf(sources, kind, parameters.pypiBaseUrl);
  const subject = { kind, project, release, options, index };
  const { content } = await describe(sources, subject, () => undefined);
  const { logo: logoRequest, style } = parameters.styling;
  const logo = logoRequest && (await logos.find(logoRequest, style, () => 0));
  return composeSpec({ label: kind.label, ...content }, parameters.styling, logo);
}

/** Finds a kind by its name at pypip.in or shields.io. */
function kindOf(name: string): { kind: Kind; grammar: Grammar } {
  for (const grammar of ['pypip', 'shields'] as const) {
    const kind = findKind(grammar, name);
    if (kind !== undefined) return { kind, grammar };
  }
  throw new UsageError(`there is no kind ${name}`);
}

/** Writes the picture to a file, or to standard output for `-`. */
async function writePicture(output: string, picture: Picture): Promise<void> {
  await (output === '-' ? createOutput().picture(picture) : writeFile(output, picture));
}
