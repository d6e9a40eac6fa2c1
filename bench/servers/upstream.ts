// PyPI and pypistats.org with any number of packages: `package-17` has the release 1.17. Counts what it is asked.
import { createServer } from 'node:http';

const CLASSIFIERS = [
  'Development Status :: 5 - Production/Stable',
  'Intended Audience :: Developers',
  'License :: OSI Approved :: MIT License',
  'Programming Language :: Python :: 3',
  ...['3.9', '3.10', '3.11', '3.12', '3.13'].map(
    (version) => `Programming Language :: Python :: ${version}`,
  ),
  'Programming Language :: Python :: Implementation :: CPython',
  'Typing :: Typed',
];

function projectOf(name: string): string {
  return JSON.stringify({
    info: {
      name,
      version: `1.${name.split('-')[1]}`,
      license: 'MIT',
      classifiers: CLASSIFIERS,
      requires_python: '>=3.9',
      description: 'x'.repeat(4_000),
      yanked: false,
    },
    urls: [{ packagetype: 'bdist_wheel' }, { packagetype: 'sdist' }],
    last_serial: 1,
  });
}

/** How long it takes to answer, in milliseconds. */
const latencyMs = Number(process.env['LATENCY_MS'] ?? 0);
const asked = { pypi: 0, pypistats: 0 };

createServer((request, response) => {
  const [, first, , name = ''] = (request.url ?? '').replace('/pypi/', '/pypi/of/').split('/');
  if (first === 'pypi') {
    asked.pypi += 1;
    response.writeHead(200, {
      'content-type': 'application/json',
      etag: `"${name}"`,
      'x-pypi-last-serial': '1',
    });
    if (latencyMs === 0) response.end(projectOf(name));
    else setTimeout(() => response.end(projectOf(name)), latencyMs);
  } else if (first === 'api') {
    asked.pypistats += 1;
    response.end(
      JSON.stringify({ data: { last_day: 1_000, last_week: 7_000, last_month: 30_000 } }),
    );
  } else {
    response.end(JSON.stringify(asked));
  }
}).listen(Number(process.env['PORT']), '127.0.0.1');
