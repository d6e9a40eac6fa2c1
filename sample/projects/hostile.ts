import { BETA, osiLicense, pythons } from './classifiers.ts';
import type { SampleProject } from './project.ts';

/** What PyPI would reject or no longer sends, and a service has to survive. */
export const hostileProjects: readonly SampleProject[] = [
  {
    name: 'sample-unicode',
    shows: 'texts in many scripts, and an emoji',
    info: {
      summary: 'Ein Beispiel — пример, παράδειγμα, 例, مثال 🐍',
      license: 'Лицензия 許可証 رخصة 🐍',
    },
  },
  {
    name: 'sample-hostile',
    shows: 'markup, control characters, a lone surrogate and a direction override in every text',
    info: {
      summary: '</title><script>alert(1)</script>',
      license: '"><img src=x onerror=alert(1)>\u0000\u001b[31m',
      classifiers: [
        BETA,
        osiLicense('<b>\u202Egnp.eman\u202C</b>'),
        ...pythons('3.12', '<i>3</i>'),
      ],
      requires_python: '>=3.9\u0007\uD800 & <4]]>\u2066',
    },
    releases: ['1.0<script>alert(1)</script>\u202E\u000B'],
  },
  {
    name: 'sample-long-version',
    shows: 'a version of 300 characters',
    releases: [`${'1.'.repeat(149)}10`],
  },
  {
    name: 'sample-many-releases',
    shows: 'thousands of releases: an answer of megabytes, of which badges use a kilobyte',
    info: { license: 'MIT' },
    releases: Array.from({ length: 2_500 }, (_, patch) => `1.0.${patch}`),
    downloads: { day: 50_000, week: 350_000, month: 1_500_000 },
  },
  {
    name: 'sample-legacy',
    shows: 'an answer in the shape of 2016: neither last_serial nor yanked, UNKNOWN for nothing',
    info: { classifiers: [osiLicense('BSD License'), ...pythons('2.7')] },
    releases: ['0.1.8', '0.2.1'],
    shape: 'legacy',
  },
  { name: 'sample-nulls', shows: 'null in every field that can have it', shape: 'nulls' },
];
