/**
 * Parts of a user's SVG that a badge may contain: shapes, groups, gradients and clips. No text, because its font is not
 * ours; no `use`, mask, filter, pattern or marker, which can take seconds to draw; nothing that loads or runs.
 */
const NUMBERS = /^(?:[\d\s,.eE+%-]{1,2000}|[\d.]{1,20}(?:px|pt|em|mm|cm|in))$/;
const PATH = /^[\dMmZzLlHhVvCcSsQqTtAaEe\s,.+-]{1,8192}$/;
const TRANSFORM =
  /^(?:(?:matrix|translate|scale|rotate|skewX|skewY)\([\d\s,.eE+-]{1,200}\)[\s,]{0,4}){1,8}$/;
const COLOR = /^(?:[a-zA-Z]{1,30}|#[\da-fA-F]{3,8}|(?:rgb|hsl)a?\([\d\s,.%/+-]{1,60}\))$/;
const WORD = /^[a-zA-Z-]{1,30}$/;
const ID = /^[\w.:-]{1,64}$/;
/** A reference within the picture. */
export const REFERENCE = /^url\(["']?#([\w.:-]{1,64})["']?\)$/;

type Rules = Readonly<Record<string, RegExp>>;

const SHAPE_RULES: Rules = {
  transform: TRANSFORM,
  fill: COLOR,
  'fill-rule': WORD,
  'fill-opacity': NUMBERS,
  stroke: COLOR,
  'stroke-width': NUMBERS,
  'stroke-opacity': NUMBERS,
  'stroke-linecap': WORD,
  'stroke-linejoin': WORD,
  'stroke-miterlimit': NUMBERS,
  'clip-rule': WORD,
  opacity: NUMBERS,
  color: COLOR,
  display: WORD,
  visibility: WORD,
};
const GRADIENT_RULES: Rules = {
  id: ID,
  gradientUnits: WORD,
  gradientTransform: TRANSFORM,
  spreadMethod: WORD,
};
const RULES: Readonly<Record<string, Rules>> = {
  svg: { ...SHAPE_RULES, viewBox: NUMBERS, preserveAspectRatio: /^[\w ]{1,30}$/ },
  g: SHAPE_RULES,
  defs: {},
  path: { ...SHAPE_RULES, d: PATH },
  rect: { ...SHAPE_RULES, ...numbers('x y width height rx ry') },
  circle: { ...SHAPE_RULES, ...numbers('cx cy r') },
  ellipse: { ...SHAPE_RULES, ...numbers('cx cy rx ry') },
  line: { ...SHAPE_RULES, ...numbers('x1 y1 x2 y2') },
  polyline: { ...SHAPE_RULES, points: NUMBERS },
  polygon: { ...SHAPE_RULES, points: NUMBERS },
  linearGradient: { ...GRADIENT_RULES, ...numbers('x1 y1 x2 y2') },
  radialGradient: { ...GRADIENT_RULES, ...numbers('cx cy r fx fy fr') },
  stop: { offset: NUMBERS, 'stop-color': COLOR, 'stop-opacity': NUMBERS, color: COLOR },
  clipPath: { id: ID, transform: TRANSFORM, clipPathUnits: WORD },
};

/** The attributes of each permitted element, with the values that they may have. */
export const ELEMENTS: ReadonlyMap<string, ReadonlyMap<string, RegExp>> = new Map(
  Object.entries(RULES).map(([name, rules]) => [name, new Map(Object.entries(rules))]),
);

/** Attributes that may refer to a gradient or a clip by `url(#id)`. */
export const REFERRING: ReadonlySet<string> = new Set(['fill', 'stroke', 'clip-path']);

/** Elements that are visible. */
export const DRAWN: ReadonlySet<string> = new Set([
  'path',
  'rect',
  'circle',
  'ellipse',
  'line',
  'polyline',
  'polygon',
]);

function numbers(names: string): Rules {
  return Object.fromEntries(names.split(' ').map((name) => [name, NUMBERS]));
}
