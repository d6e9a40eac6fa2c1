import { writeFile } from 'node:fs/promises';
import { findKind } from '../badges/catalog.ts';
import { composeSpec } from '../badges/compose.ts';
import type { Grammar, Kind, Options } from '../badges/kind.ts';
import { describe } from '../facts/look-up.ts';
import { BadgeError } from '../errors.ts';
import type { BadgeSpec, Format, Scale, Style, Picture } from '../imaging/spec.ts';
import type { Services } from '../services.ts';
import { isRelease, normaliseName } from '../facts/names.ts';

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
  readonly options: Omit<Options, 'grammar'>;
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
  const { kind, grammar } = kindOf(request.kind);
  const project = normaliseName(request.project);
  const { release } = request;
  if (project === undefined || (release !== undefined && !isRelease(release))) {
    throw new BadgeError('invalid-name', 'not the name of a project or a release');
  }
  const subject = { kind, project, release, options: { ...request.options, grammar } };
  const { content } = await describe(sources, subject, () => undefined);
  return composeSpec({ label: kind.label, ...content }, request);
}

/** pypip.in's names first, as they are the service's own. */
function kindOf(name: string): { kind: Kind; grammar: Grammar } {
  for (const grammar of ['pypip', 'shields'] as const) {
    const kind = findKind(grammar, name);
    if (kind !== undefined) return { kind, grammar };
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
