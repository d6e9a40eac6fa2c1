import { KINDS } from '../../src/badges/catalog.ts';
import { examplePaths, parameterExamples } from '../../src/badges/urls.ts';
import { STYLES } from '../../src/imaging/spec.ts';
import { normalize } from '../projects/project.ts';
import { sampleProjects } from '../projects/sample-projects.ts';

/** A group of badges. */
export interface GallerySection {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly GalleryRow[];
}
export interface GalleryRow {
  readonly name: string;
  /** Each with its query. */
  readonly paths: readonly string[];
}

const RASTER_EXTENSIONS = ['png', 'jpg', 'gif', 'tiff', 'webp'] as const;

const kinds: GallerySection = {
  title: 'Kinds',
  about: 'Every kind, under each of its names.',
  rows: KINDS.map((kind) => ({ name: kind.id, paths: examplePaths(kind) })),
};

const styles: GallerySection = {
  title: 'Styles',
  about: 'The five styles.',
  rows: STYLES.map((style) => ({
    name: style,
    paths: [
      `/version/requests/badge.svg?style=${style}`,
      `/pypi/pyversions/sample-plain.svg?style=${style}`,
    ],
  })),
};

const formats: GallerySection = {
  title: 'Formats',
  about: 'Raster pictures at double size, in all styles. Few browsers show TIFF.',
  rows: RASTER_EXTENSIONS.map((extension) => ({
    name: extension,
    paths: STYLES.map(
      (style) => `/py_versions/sample-plain/badge.${extension}?scale=2&style=${style}`,
    ),
  })),
};

const parameters: GallerySection = {
  title: 'Parameters',
  about: 'Every parameter, with a badge that it changes.',
  rows: parameterExamples().map(({ name, path }) => ({ name, paths: [path] })),
};

const statics: GallerySection = {
  title: 'Static badges',
  about: 'Label, message and color in the URL.',
  rows: [
    { name: 'three parts', paths: ['/badge/docs-passing-brightgreen.svg'] },
    { name: 'no label', paths: ['/badge/just%20a%20message-blue.svg'] },
    { name: 'escapes', paths: ['/badge/semi--final-snake__case_and_spaces-orange.svg'] },
    { name: 'any script', paths: [`/badge/${encodeURIComponent('ελληνικά')}-🐍-9cf.svg`] },
  ],
};

const errors: GallerySection = {
  title: 'Errors',
  about: 'An error is a picture with HTTP 200, too. X-Badge-Status has the true status.',
  rows: [
    {
      name: 'no such project',
      paths: [
        '/version/sample-that-is-not-there/badge.svg',
        '/pypi/v/sample-that-is-not-there.svg',
      ],
    },
    { name: 'no such release', paths: ['/pypi/v/requests/99.svg'] },
    { name: 'an invalid name', paths: ['/version/-not-a-name-/badge.svg'] },
    { name: 'no such kind', paths: ['/color/requests/badge.svg'] },
    { name: 'no such path', paths: ['/nowhere.svg'] },
  ],
};

const samples: GallerySection = {
  title: 'The sample index',
  about: 'Every project of the sample index, and the edge case that it covers.',
  rows: sampleProjects.map(({ name, shows }) => ({
    name: `${name}: ${shows}`,
    paths: ['v', 'l', 'pyversions', 'status', 'format'].map(
      (kind) => `/pypi/${kind}/${normalize(name)}.svg`,
    ),
  })),
};

/** Few projects only: pypistats.org answers 30 requests a minute. */
const counts: GallerySection = {
  title: 'Counts',
  about: 'Download counts that are unknown, zero or large.',
  rows: ['uncounted', 'no-downloads', 'few-downloads', 'nearly-a-million', 'billions'].map(
    (name) => ({
      name: `sample-${name}`,
      paths: [`/d/sample-${name}/badge.svg`, `/pypi/dm/sample-${name}.svg`],
    }),
  ),
};

/** The sections of the gallery, from top to bottom. */
export const gallerySections: readonly GallerySection[] = [
  kinds,
  styles,
  formats,
  parameters,
  statics,
  errors,
  counts,
  samples,
];
