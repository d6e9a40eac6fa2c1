import * as fc from 'fast-check';

/** Words that were written to break something. */
export const HOSTILE_WORDS: readonly string[] = [
  '<script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '"><image href="file:///etc/passwd"/>',
  "' onload='alert(1)",
  '" onload="alert(1)',
  'javascript:alert(1)',
  'url(http://127.0.0.1:1/x)',
  ']]><![CDATA[<!--',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '&#0;&#x1b;&nbsp;&lol;',
  "$&$1$`$'$$",
  'a\r\nX-Evil: 1\r\n\r\n<html>',
  'a\0b\u0001\u001b[31m\u007f\u0085\u009b',
  '\u202egnp.exe\u202c\u2066\u2067\u2068\u2069',
  '\ud800a\udfff\ufffe\uffff',
  `a${'\u0301\u0333'.repeat(60)}`,
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u{1f3fd}',
  '\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea',
  '\u2028\u2029\u00a0\u3000\ufeff',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '%00%0d%0a%2e%2e%2f',
  '{{7*7}}${7*7}#{7*7}',
  "' OR 1=1; DROP TABLE facts; --",
  ' ',
  '',
  'W'.repeat(257),
  '\u{20604}'.repeat(300),
];

/** Any text, and those in particular. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_WORDS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 60 }) },
);
