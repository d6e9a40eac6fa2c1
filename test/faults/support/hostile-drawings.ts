const XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"';

/** An SVG as the rasteriser takes it, 200 × 20 where nothing else is said. */
export function drawingOf(content: string, width = 200, height = 20): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${XLINK}>${content}</svg>`;
}

const ALL = 'width="200" height="20"';
const data = (svg: string): string =>
  `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;

/** Drawings that show, or fetch, what a URL names; nothing of it may be seen. */
export const REFERENCES: readonly (readonly [what: string, draw: (url: string) => string])[] = [
  ['an image', (url) => drawingOf(`<image ${ALL} href="${url}"/>`)],
  ['an image, in the old spelling', (url) => drawingOf(`<image ${ALL} xlink:href="${url}"/>`)],
  [
    'an image in a pattern',
    (url) =>
      drawingOf(
        `<pattern id="p" patternUnits="userSpaceOnUse" ${ALL}><image ${ALL} href="${url}"/></pattern><rect ${ALL} fill="url(#p)"/>`,
      ),
  ],
  [
    'an image in a filter',
    (url) =>
      drawingOf(`<filter id="f"><feImage href="${url}"/></filter><rect ${ALL} filter="url(#f)"/>`),
  ],
  [
    'an image in a picture in the picture',
    (url) =>
      drawingOf(`<image ${ALL} href="${data(drawingOf(`<image ${ALL} href="${url}"/>`))}"/>`),
  ],
  ['a part of another drawing', (url) => drawingOf(`<use ${ALL} href="${url}#all"/>`)],
  ['a color of another drawing', (url) => drawingOf(`<rect ${ALL} fill="url(${url}#all)"/>`)],
  ['a mask of another drawing', (url) => drawingOf(`<rect ${ALL} mask="url(${url}#all)"/>`)],
  ['a style sheet', (url) => drawingOf(`<style>@import url("${url}");</style><rect ${ALL}/>`)],
  [
    'a font',
    (url) =>
      drawingOf(
        `<style>@font-face{font-family:x;src:url("${url}")}</style><text y="15" font-family="x">W</text>`,
      ),
  ],
  [
    'a background',
    (url) => drawingOf(`<rect ${ALL} style="background:url(${url});fill:url(${url})"/>`),
  ],
  [
    'HTML',
    (url) =>
      drawingOf(
        `<foreignObject ${ALL}><img xmlns="http://www.w3.org/1999/xhtml" src="${url}"/></foreignObject>`,
      ),
  ],
  ['a script', (url) => drawingOf(`<script href="${url}">fetch("${url}")</script><rect ${ALL}/>`)],
  [
    'XInclude',
    (url) =>
      drawingOf(
        `<text y="15"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${url}" parse="text"/></text>`,
      ),
  ],
  [
    'an external entity',
    (url) => `<!DOCTYPE svg [<!ENTITY x SYSTEM "${url}">]>${drawingOf('<text y="15">&x;</text>')}`,
  ],
  [
    'an external document type',
    (url) => `<!DOCTYPE svg SYSTEM "${url}">${drawingOf('<text y="15">a</text>')}`,
  ],
  [
    'a style sheet for all of it',
    (url) => `<?xml-stylesheet href="${url}"?>${drawingOf(`<rect ${ALL}/>`)}`,
  ],
];

const nested = (levels: number, times: number): string =>
  Array.from(
    { length: levels },
    (_, level) => `<g id="u${level + 1}">${`<use href="#u${level}"/>`.repeat(times)}</g>`,
  ).join('');
const uses = (levels: number): string =>
  `<defs><rect id="u0" width="1" height="1"/>${nested(levels, 10)}</defs><use href="#u${levels}"/>`;
const filtered = (primitive: string, side: number): string =>
  drawingOf(
    `<filter id="f">${primitive}</filter><rect width="${side}" height="${side}" filter="url(#f)"/>`,
    side,
    side,
  );
const text = (characters: number): string =>
  drawingOf(`<text y="15">${'W'.repeat(characters)}</text>`);
const entities = Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
).join('');

/** Drawings that are small to send and large to draw; `either` where it depends on the machine's speed. */
export const BOMBS: readonly (readonly [
  what: string,
  svg: string,
  outcome: 'drawn' | 'refused' | 'either',
])[] = [
  ['20,000 × 20,000 pixels', drawingOf('', 20_000, 20_000), 'refused'],
  ['one pixel of 10⁹', drawingOf('', 1e9, 1), 'refused'],
  ['10⁵ copies', drawingOf(uses(5)), 'either'],
  ['10⁹ copies', drawingOf(uses(9)), 'refused'],
  ['a copy of itself', drawingOf('<g id="a"><use href="#a"/></g><use href="#a"/>'), 'drawn'],
  [
    'entities, 10⁹ of them',
    `<!DOCTYPE svg [<!ENTITY e0 "lol">${entities}]>${drawingOf('<text>&e9;</text>')}`,
    'refused',
  ],
  [
    'groups, 100,000 deep',
    drawingOf(`${'<g>'.repeat(100_000)}${'</g>'.repeat(100_000)}`),
    'refused',
  ],
  ['a text of 20,000 letters', text(20_000), 'either'],
  ['a text of 200,000 letters', text(200_000), 'either'],
  ['turbulence', filtered('<feTurbulence baseFrequency=".9" numOctaves="9999"/>', 1_500), 'either'],
  [
    'a blur of everything',
    filtered('<feGaussianBlur stdDeviation="1000"/>'.repeat(20), 1_500),
    'either',
  ],
  ['growing shapes', filtered('<feMorphology operator="dilate" radius="100"/>', 600), 'either'],
  [
    'a picture of 16,000 × 16,000 in the picture',
    drawingOf(`<image ${ALL} href="${data(drawingOf('', 16_000, 16_000))}"/>`),
    'drawn',
  ],
  ['NUL', drawingOf('<text>\0</text>'), 'refused'],
  ['a vertical tab', drawingOf('<text>\u000b</text>'), 'refused'],
  ['ESC', drawingOf('<text>\u001b</text>'), 'refused'],
  ['U+FFFE', drawingOf('<text>\ufffe</text>'), 'refused'],
  ['control characters by number', drawingOf('<text>&#1;&#x1b;</text>'), 'refused'],
];
