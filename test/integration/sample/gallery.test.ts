import { describe, expect, test } from 'vitest';
import { renderGallery } from '../../../sample/gallery/page.ts';
import { gallerySections } from '../../../sample/gallery/sections.ts';
import { normalize } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';

const page = renderGallery('http://badges.test/');
const paths = gallerySections.flatMap(({ rows }) => rows.flatMap((row) => row.paths));

const PYPIP_KINDS =
  'version download d license py_versions implementation status wheel egg format types requires released size provenance';
const SHIELDS_KINDS =
  'v dd dw dm l pyversions implementation status wheel egg format types requires released size provenance djversions';
const FRAMEWORKS = 'aws-cdk django django-cms jupyterlab odoo plone wagtail zope';

test('shows each kind in each of its grammars', () => {
  for (const kind of PYPIP_KINDS.split(' '))
    expect(paths.filter((path) => path.startsWith(`/${kind}/`))).not.toEqual([]);
  const frameworks = FRAMEWORKS.split(' ').map((name) => `frameworkversions/${name}`);
  for (const kind of [...SHIELDS_KINDS.split(' '), ...frameworks])
    expect(paths.filter((path) => path.startsWith(`/pypi/${kind}/`))).not.toEqual([]);
});

test('shows each style in each format, and each sample project', () => {
  for (const style of ['flat', 'flat-square', 'plastic', 'for-the-badge', 'social']) {
    for (const extension of ['svg', 'png', 'jpg', 'gif', 'tiff', 'webp']) {
      const end = new RegExp(`\\.${extension}\\?.*style=${style}$`);
      expect(paths.filter((path) => end.test(path))).not.toEqual([]);
    }
  }
  for (const { name } of sampleProjects) expect(paths).toContain(`/pypi/v/${normalize(name)}.svg`);
});

describe('the page', () => {
  test('has a picture, a link and its text for every badge', () => {
    const pictures = page.match(/<img src="http:\/\/badges\.test\/[^"]+"/g);
    const links = page.match(/<a href="http:\/\/badges\.test\/[^"]+"><code>\/[^<]+<\/code><\/a>/g);
    expect(pictures).toHaveLength(paths.length);
    expect(links).toHaveLength(paths.length);
  });

  test('has no scripts and no foreign content', () => {
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
    const hosts = Array.from(page.matchAll(/\b(?:src|href|srcset)="(?:https?:)?\/\/([^/"]*)/g));
    expect(new Set(hosts.map(([, host]) => host))).toEqual(new Set(['badges.test']));
  });

  test('escapes a hostile URL', () => {
    const hostile = renderGallery(`http://badges.test/"><script>alert('1')</script>&`);
    expect(hostile).not.toContain('<script>');
    expect(hostile).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
  });
});
