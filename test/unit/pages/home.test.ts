import fc from 'fast-check';
import { expect, test } from 'vitest';
import { servedWith } from '../../../src/badges/catalog.ts';
import { createCatalog } from '../../../src/pages/catalog.ts';
import { renderHome } from '../../../src/pages/home.ts';

const catalog = createCatalog(servedWith(false));

/** Returns the tags of the first page, with the names of their attributes. */
function structureOf(parameters: Record<string, string>): string[] {
  const page = renderHome({
    catalog,
    assetUrl: (name) => `/assets/0/${name}`,
    modules: ['browser/main.js'],
    query: new URLSearchParams(parameters).toString(),
    origin: 'https://badges.test',
  });
  const tags = page.replaceAll(/"[^"]*"/g, '""').match(/<[a-z/!][^>]*>/gi) ?? [];
  return tags.map((tag) => tag.replace(/ (?:checked|selected)/, ''));
}

const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('<>"\'&/=! \nabscript-\u202e\u0000')) }),
  fc.constantFrom('</textarea><b>', '</script><script>alert(1)</script>', '" autofocus onfocus="x'),
);

test('no text changes the structure of the page', () => {
  const refused = structureOf({ project: 'no name' });
  fc.assert(
    fc.property(hostile, (text) => {
      // What is no name, no URL and no document.
      expect(structureOf({ project: `<${text}>` })).toEqual(refused);
    }),
  );
});

test('no value of a parameter changes the structure of the page', () => {
  const names = [
    ...catalog.parameters.map(({ name }) => name),
    'as',
    'file',
    'darkColor',
    'nolabel',
  ];
  const shown = structureOf({ project: 'requests' });
  fc.assert(
    fc.property(fc.constantFrom(...names), hostile, (name, value) => {
      expect(structureOf({ project: 'requests', [name]: value })).toEqual(shown);
    }),
  );
});
