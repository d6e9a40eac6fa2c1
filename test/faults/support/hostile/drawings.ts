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

const entities = Array.from(
  { length: 9 },
  (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
).join('');

/** Drawings that are small to send and large to draw, or no XML; what takes long is cut off by the rasterizer's deadline. */
export const BOMBS: readonly (readonly [
  what: string,
  outcome: 'drawn' | 'refused',
  svg: string,
])[] = [
  ['20,000 × 20,000 pixels', 'refused', drawingOf('', 20_000, 20_000)],
  ['one pixel of 10⁹', 'refused', drawingOf('', 1e9, 1)],
  ['a copy of itself', 'drawn', drawingOf('<g id="a"><use href="#a"/></g><use href="#a"/>')],
  [
    'entities, 10⁹ of them',
    'refused',
    `<!DOCTYPE svg [<!ENTITY e0 "lol">${entities}]>${drawingOf('<text>&e9;</text>')}`,
  ],
  [
    'groups, 100,000 deep',
    'refused',
    drawingOf(`${'<g>'.repeat(100_000)}${'</g>'.repeat(100_000)}`),
  ],
  [
    'a picture of 16,000 × 16,000 in the picture',
    'drawn',
    drawingOf(`<image ${ALL} href="${data(drawingOf('', 16_000, 16_000))}"/>`),
  ],
  ...['\0', '\u000b', '\u001b', '\ufffe', '&#1;&#x1b;'].map(
    (text) => [JSON.stringify(text), 'refused', drawingOf(`<text>${text}</text>`)] as const,
  ),
];
