import { z } from 'zod';
import { normalize, type SampleProject } from '../projects/project.ts';
import { releasesOf, type Release } from '../projects/releases.ts';
import { type Document, fileNames, filesOf } from './document.ts';

/** The fields of a file in the JSON API that the Simple API has as well. */
const jsonFileSchema = z.object({
  filename: z.string(),
  url: z.string(),
  digests: z.object({ sha256: z.string() }),
  requires_python: z.string().nullish(),
  size: z.number(),
  upload_time_iso_8601: z.string(),
  yanked: z.boolean().default(false),
  yanked_reason: z.string().nullish(),
});
const recordingSchema = z.object({
  info: z.object({ name: z.string() }),
  releases: z.record(z.string(), z.array(jsonFileSchema)),
});
type JsonFile = z.infer<typeof jsonFileSchema>;

/**
 * Returns the project's page of the Simple API as PyPI answers it in JSON (PEP 691, 700, 740, 792; API version 1.4). In
 * quarantine, it has neither files nor versions.
 */
export function simpleDocument(project: SampleProject, serial: number): Document {
  const { name, status = 'active', shape } = project;
  const releases = status === 'quarantined' ? [] : releasesOf(project);
  const files = releases.flatMap((release) => filesOfRelease(project, release));
  if (shape === 'nulls') return bareDocument(name, files);
  return {
    ...documentOf(name, serial, files),
    'project-status': status === 'active' ? { status } : { status, reason: 'a sample of it' },
    versions: releases.map(({ version }) => version),
  };
}

/** Returns the page of a recorded answer of the JSON API; undefined if it has no `releases`. */
export function simpleOfRecording(answer: unknown, serial: number): Document | undefined {
  const { data } = recordingSchema.safeParse(answer);
  if (data === undefined) return undefined;
  const files = Object.values(data.releases).flat();
  return {
    ...documentOf(
      data.info.name,
      serial,
      files.map((file) => simpleFile(file)),
    ),
    'project-status': { status: 'active' },
    versions: Object.keys(data.releases),
  };
}

/** Returns the page in HTML (PEP 503), as PyPI answers everybody who does not ask for JSON. */
export function simpleHtml(project: SampleProject): string {
  const links = releasesOf(project)
    .flatMap((release) => fileNames(project, release))
    .map(({ filename }) => `    <a href="/files/${encodeURIComponent(filename)}">a file</a><br />`);
  return `<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <title>Links for ${normalize(project.name)}</title>
  </head>
  <body>
${links.join('\n')}
  </body>
</html>
`;
}

function documentOf(name: string, serial: number, files: readonly unknown[]): Document {
  return {
    'alternate-locations': [],
    files,
    meta: { '_last-serial': serial, 'api-version': '1.4' },
    name: normalize(name),
  };
}

/** The first version of the API, without anything optional. */
function bareDocument(name: string, files: ReturnType<typeof filesOfRelease>): Document {
  return {
    meta: { 'api-version': '1.0' },
    name: normalize(name),
    files: files.map(({ filename, hashes, url }) => ({ filename, hashes, url })),
  };
}

function filesOfRelease(project: SampleProject, release: Release) {
  const names = fileNames(project, release).map(({ filename }) => filename);
  const attested = new Set(release.attested.map((kind) => names[release.files.indexOf(kind)]));
  return z
    .array(jsonFileSchema)
    .parse(filesOf(project, release))
    .map((file) => simpleFile(file, attested.has(file.filename)));
}

function simpleFile(file: JsonFile, isAttested = false) {
  const { filename, digests, requires_python, yanked, yanked_reason } = file;
  const integrity = `https://sample.invalid/integrity/${encodeURIComponent(filename)}/provenance`;
  return {
    'core-metadata': false,
    filename,
    hashes: { sha256: digests.sha256 },
    provenance: isAttested ? integrity : null,
    'requires-python': requires_python ?? null,
    size: file.size,
    'upload-time': file.upload_time_iso_8601,
    url: file.url,
    // The reason as text, where there is one.
    yanked: yanked && (yanked_reason ?? '') !== '' ? yanked_reason : yanked,
  };
}
