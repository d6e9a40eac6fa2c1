import { describe, expect, test } from 'vitest';
import { renderGallery } from '../../../sample/gallery/page.ts';
import { gallerySections } from '../../../sample/gallery/sections.ts';
import { normalize } from '../../../sample/projects/project.ts';
import { sampleProjects } from '../../../sample/projects/sample-projects.ts';

const page = renderGallery('http://badges.test/');
const paths = gallerySections.flatMap(({ rows }) => rows.flatMap((row) => row.paths));

const PYPIP_KINDS =
  'version download d license py_versions implementation status wheel egg format types requires';
const SHIELDS_KINDS =
  'v dd dw dm l pyversions implementation status wheel egg format types requires djversions';
const FRAMEWORKS = 'aws-cdk django django-cms jupyterlab odoo plone wagtail zope';

test.each(PYPIP_KINDS.split(' '))('pypip.in’s kind %s is shown', (kind) => {
  expect(paths.some((path) => path.startsWith(`/${kind}/`) && path.includes('/badge.'))).toBe(true);
});

test.each([
  ...SHIELDS_KINDS.split(' '),
  ...FRAMEWORKS.split(' ').map((framework) => `frameworkversions/${framework}`),
])('shields.io’s kind %s is shown', (kind) => {
  expect(paths.some((path) => path.startsWith(`/pypi/${kind}/`))).toBe(true);
});

test.each(['flat', 'flat-square', 'plastic', 'for-the-badge', 'social'])(
  'the style %s is shown, as raster too',
  (style) => {
    for (const extension of ['svg', 'png', 'jpg', 'gif', 'tiff', 'webp']) {
      const shown = paths.filter(
        (path) => path.includes(`.${extension}?`) && path.endsWith(`style=${style}`),
      );
      expect(shown).not.toEqual([]);
    }
  },
);

test.each(sampleProjects)('$name is shown', ({ name }) => {
  expect(paths).toContain(`/pypi/v/${normalize(name)}.svg`);
});

describe('the page', () => {
  test('has a picture, a link and its text for every badge', () => {
    const pictures = page.match(/<img src="http:\/\/badges\.test\/[^"]+"/g);
    const links = page.match(/<a href="http:\/\/badges\.test\/[^"]+"><code>\/[^<]+<\/code><\/a>/g);
    expect(pictures).toHaveLength(paths.length);
    expect(links).toHaveLength(paths.length);
  });

  test('has neither scripts nor anything from elsewhere', () => {
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
    const hosts = Array.from(page.matchAll(/\b(?:src|href|srcset)="(?:https?:)?\/\/([^/"]*)/g));
    expect(new Set(hosts.map(([, host]) => host))).toEqual(new Set(['badges.test']));
  });

  test('escapes a URL that would break out', () => {
    const hostile = renderGallery(`http://badges.test/"><script>alert('1')</script>&`);
    expect(hostile).not.toContain('<script>');
    expect(hostile).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
  });

  test('opens and closes each of its elements', () => {
    for (const element of [
      'html',
      'head',
      'body',
      'nav',
      'section',
      'table',
      'tr',
      'figure',
      'code',
    ]) {
      const opened = page.match(new RegExp(`<${element}[ >]`, 'g'));
      const closed = page.match(new RegExp(`</${element}>`, 'g'));
      expect(opened?.length).toBe(closed?.length);
    }
  });
});
