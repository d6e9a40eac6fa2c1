import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loaded } from '../../../../cache/facts/contract.ts';
import type { SimpleFacts } from '../../../../src/facts/schema.ts';
import { createSimpleSource } from '../../../../src/facts/simple/source.ts';
import { createMemberSkipper } from '../../../../src/upstream/body.ts';

/** Returns what the source makes of this body, which arrives in pieces of 1,000 bytes. */
async function load(body: string, id = 'a-b'): Promise<Loaded<SimpleFacts>> {
  const source = createSimpleSource({
    name: 'simple',
    budget: { take: () => Promise.resolve() },
    freshSeconds: 600,
    client: {
      async get({ path, accept, leaveOut, onItem }) {
        expect([path, accept]).toEqual(['/simple/a-b/', 'application/vnd.pypi.simple.v1+json']);
        const skip = createMemberSkipper(leaveOut, onItem);
        const bytes = Buffer.from(body);
        const pieces = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, i) =>
          skip(bytes.subarray(1_000 * i, 1_000 * (i + 1))),
        );
        const kept = Buffer.concat(pieces).toString();
        return { status: 200, body: kept, etag: undefined, header: () => undefined };
      },
    },
  });
  return source.load(id, undefined, new AbortController().signal);
}

async function factsOf(page: object, id?: string): Promise<SimpleFacts | undefined> {
  const loaded = await load(JSON.stringify(page), id);
  return loaded.state === 'known' ? loaded.value : undefined;
}

const file = (filename: string, more: object = {}) => ({
  filename,
  yanked: false,
  provenance: null,
  ...more,
});
const ATTESTED = { provenance: 'https://index.example/integrity' };

describe('the status (PEP 792)', () => {
  test.each([
    [{ status: 'active' }, 'active'],
    [{ status: 'archived', reason: 'done' }, 'archived'],
    [{ status: 'deprecated' }, 'deprecated'],
    [{ status: 'quarantined' }, 'quarantined'],
    [{ status: 'on holiday' }, 'active'],
    [{ status: 7 }, 'active'],
    [{}, 'active'],
    ['archived', 'active'],
    [null, 'active'],
    [undefined, 'active'],
  ])('%j is %s', async (status, expected) => {
    const page = { files: [], versions: ['1.0'], 'project-status': status };
    expect(await factsOf(page)).toMatchObject({ status: expected, latestPre: '1.0' });
  });
});

describe('the highest version that is not yanked, and the latest release', () => {
  const yanked = (version: string, yank: unknown = 'broken') =>
    file(`a_b-${version}.tar.gz`, { yanked: yank });

  test.each<[string, string[], object[], string | null, string | null]>([
    ['versions in any order', ['1.10', '1.9', '1.2'], [], '1.10', '1.10'],
    ['a pre-release', ['1.0', '2.0b1', '2.0a2'], [], '2.0b1', '1.0'],
    ['a development release', ['1.0', '1.1.dev3'], [], '1.1.dev3', '1.0'],
    ['pre-releases only', ['1.0a1', '1.0rc1', '1.0b2'], [], '1.0rc1', '1.0rc1'],
    ['an epoch', ['2025.1', '1!0.5'], [], '1!0.5', '1!0.5'],
    ['a post-release', ['1.0', '1.0.post1'], [], '1.0.post1', '1.0.post1'],
    ['no versions of PEP 440', ['2004-03-r2', 'dev', '1.0-SNAPSHOT'], [], null, '1.0-SNAPSHOT'],
    ['one version of PEP 440', ['1.0', 'zebra'], [], '1.0', '1.0'],
    ['a yanked one', ['1.0', '2.0'], [yanked('2.0')], '1.0', '1.0'],
    ['one yanked without a reason', ['1.0', '2.0'], [yanked('2.0', true)], '1.0', '1.0'],
    ['one with an odd yank', ['1.0', '2.0'], [yanked('2.0', 7)], '2.0', '2.0'],
    ['one yanked in another spelling', ['1.0', '2.0.0'], [yanked('2.0')], '1.0', '1.0'],
    [
      'one of which not every file is yanked',
      ['1.0', '2.0'],
      [yanked('2.0'), file('a_b-2.0-py3-none-any.whl')],
      '2.0',
      '2.0',
    ],
    ['all yanked', ['1.0', '2.0'], [yanked('1.0'), yanked('2.0')], null, '2.0'],
    ['yanked final releases', ['1.0', '2.0rc1'], [yanked('1.0')], '2.0rc1', '2.0rc1'],
    ['a local version', ['1.0', '1.0+cu118'], [], '1.0+cu118', '1.0+cu118'],
    ['no versions', [], [], null, null],
    ['an empty version', [''], [], null, null],
    ['an empty version beside others', ['1.0', ' '], [], '1.0', '1.0'],
    ['a file without a version', ['1.0'], [file('a_b--py3-none-any.whl')], '1.0', '1.0'],
  ])('of %s', async (_, versions, files, latestPre, release) => {
    expect(await factsOf({ versions, files })).toMatchObject({ latestPre, release });
  });

  test('of an index that lists files alone', async () => {
    const files = [file('a.b-1.0.tar.gz'), file('a_b-1.1-py3-none-any.whl'), file('README')];
    expect(await factsOf({ files })).toMatchObject({ latestPre: '1.1', release: '1.1' });
  });
});

describe('the attestations', () => {
  const versions = ['1.0', '1.1'];
  const wheel = 'a_b-1.1-py3-none-any.whl';
  const sdist = 'a-b-1.1.tar.gz';

  test.each<[string, object[], string]>([
    ['all', [file(wheel, ATTESTED), file(sdist, ATTESTED)], 'all'],
    ['some', [file(wheel, ATTESTED), file(sdist)], 'some'],
    ['none', [file(wheel), file(sdist, { provenance: undefined }), file('a-b-1.0.zip')], 'none'],
    ['odd ones', [file(wheel, { provenance: 7 }), file(sdist, { provenance: '' })], 'none'],
    ['those of other releases', [file(wheel), file('a-b-1.0.tar.gz', ATTESTED)], 'none'],
    ['no files', [], 'none'],
  ])('%s', async (_, files, attested) => {
    expect(await factsOf({ versions, files })).toMatchObject({ release: '1.1', attested });
  });

  const files = [file('a-b-1.0.tar.gz', ATTESTED), file(wheel)];
  test.each([
    ['a-b:1.0', '1.0', 'all'],
    ['a-b:1.0.0', '1.0', 'all'],
    ['a-b:v1', '1.0', 'all'],
    ['a-b:1.1', '1.1', 'none'],
  ])('of the release %s', async (id, release, attested) => {
    expect(await factsOf({ versions, files }, id)).toMatchObject({ release, attested });
  });

  test('a release that the index lacks is absent', async () => {
    const page = JSON.stringify({ versions, files });
    expect(await load(page, 'a-b:3.0')).toEqual({ state: 'absent' });
  });
});

test('reads the serial from the body where no header has it', async () => {
  const page = { versions: [], meta: { '_last-serial': 7, 'api-version': '1.4' } };
  expect(await load(JSON.stringify(page))).toMatchObject({ serial: 7 });
});

test.each([
  ['HTML', '<!DOCTYPE html><html><a href="a-b-1.0.tar.gz">a</a></html>'],
  ['another document', '{"message":"Not Found"}'],
  ['nulls', '{"files":null,"versions":null,"meta":null}'],
  ['nothing', ''],
])('%s is no page', async (_, body) => {
  await expect(load(body)).rejects.toMatchObject({ failure: 'unparsable' });
});

test('a hundred thousand files of as many releases are read', async () => {
  const files = Array.from({ length: 100_000 }, (_, i) => file(`a-b-0.${i}.tar.gz`));
  const versions = files.map((__, i) => `0.${i}`);
  expect(await factsOf({ files, versions })).toMatchObject({ latestPre: '0.99999' });
});

test('any JSON in one field leaves the other facts alone', async () => {
  const page = {
    'project-status': { status: 'archived' },
    versions: ['1.0', '2.0b1'],
    files: [file('a-b-1.0.tar.gz', ATTESTED)],
    meta: { '_last-serial': 7 },
  };
  const good = await factsOf(page);
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (odd) => {
      expect(await factsOf({ ...page, meta: odd })).toEqual(good);
      expect(await factsOf({ ...page, 'project-status': odd })).toEqual({
        ...good,
        status: 'active',
      });
      expect(await factsOf({ ...page, files: [odd, ...page.files] })).toEqual(good);
      expect(await factsOf({ ...page, files: odd })).toMatchObject({ status: 'archived' });
      const versions = typeof odd === 'string' ? page.versions : [odd, ...page.versions];
      expect(await factsOf({ ...page, versions })).toMatchObject({
        status: 'archived',
        release: '1.0',
      });
    }),
  );
});
