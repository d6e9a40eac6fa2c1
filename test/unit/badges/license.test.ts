import { describe, expect, test } from 'vitest';

import type { ProjectFacts } from '../../../src/facts/schema.ts';
import { badgeOf, type Badge } from './badge-of.ts';

/** What the three license badges show of `facts`. */
function licensesOf(facts: Partial<ProjectFacts>): readonly Badge[] {
  return [
    badgeOf(['pypip', 'license'], facts),
    badgeOf(['shields', 'l'], facts),
    badgeOf(['shields', 'license'], facts),
  ];
}

/** `/license` shows the same message as `/pypi/l`, only always blue. */
function shown(message: string, color: string): readonly Badge[] {
  return [
    ['license', message, 'blue'],
    ['license', message, color],
    ['license', message, color],
  ];
}

const NONE: readonly Badge[] = [
  ['license', 'unknown', 'red'],
  ['license', 'missing', 'red'],
  ['license', 'missing', 'red'],
];

const MIT_CLASSIFIER = 'License :: OSI Approved :: MIT License';

describe('takes the name from', () => {
  // prettier-ignore
  test.each([
    ['the expression first', { licenseExpression: 'ISC', license: 'BSD', classifiers: [MIT_CLASSIFIER] }, 'ISC'],
    ['the expression trimmed',         { licenseExpression: ' ISC\n' }, 'ISC'],
    ['the license without expression', { licenseExpression: '', license: 'BSD', classifiers: [MIT_CLASSIFIER] }, 'BSD'],
    ['the license trimmed',            { license: '\n  BSD \r\n' }, 'BSD'],
    ['the classifier of no license',   { license: null, classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of an empty license',          { license: '  ', classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of an UNKNOWN license',        { license: 'UNKNOWN', classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of an Unknown license',        { license: ' Unknown', classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of a license of two lines',    { license: 'BSD\nfoo', classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of two lines of an old Mac',   { license: 'BSD\rfoo', classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['… of a text of 65 characters',   { license: 'B'.repeat(65), classifiers: [MIT_CLASSIFIER] }, 'MIT'],
    ['the title of a whole text',      { license: 'MIT License\n\nPermission is hereby granted' }, 'MIT License'],
    ['… without its URL',              { license: 'MIT License: http://www.opensource.org/licenses/mit-license.php?x=y' }, 'MIT License'],
    ['… that stands on one line',      { license: `BSD 3-Clause License Copyright (c) 2023 ${'x'.repeat(60)}` }, 'BSD 3-Clause License'],
  ])('%s', (_, facts, message) => {
    expect(licensesOf(facts)).toEqual(shown(message, 'green'));
  });

  test('a text of 64 characters is a name', () => {
    expect(licensesOf({ license: 'B'.repeat(64) })).toEqual(shown('B'.repeat(64), 'lightgrey'));
  });

  test('an SPDX expression is a name, however long it is', () => {
    const license = 'Apache-2.0 AND CC0-1.0 AND CC-BY-SA-4.0 AND GPL-3.0-or-later AND MIT AND ISC';
    expect(licensesOf({ license })).toEqual(shown(license, 'orange'));
  });

  test('a long name that ends in an acronym is that acronym', () => {
    const license = 'GNU Lesser General Public License v2 or later (LGPLv2+)';
    expect(licensesOf({ license })).toEqual(shown('LGPLv2+', 'orange'));
  });

  test.each([
    { license: null },
    { license: '' },
    { license: 'UNKNOWN' },
    { license: 'None' },
    { license: 'LICENSE' },
    { license: 'LICENSE.txt' },
    { license: 'See LICENSE for details' },
    { license: 'https://example.com/license' },
    { license: "{'text': 'MIT'}" },
    { license: "['MIT']" },
    { license: '-' },
    { license: 'LICENSE file' },
    { license: 'Unknown License' },
    { license: 'Copyright (c) somebody\nAll rights reserved' },
    { license: null, classifiers: ['Programming Language :: Python', 'Licensed :: MIT'] },
    { license: null, classifiers: ['License', 'License ::', 'License :: ', 'License ::  License'] },
  ])('shows no license for %o', (facts) => {
    expect(licensesOf(facts)).toEqual(NONE);
  });
});

describe('shortens classifiers', () => {
  // prettier-ignore
  test.each([
    ['OSI Approved :: MIT License',                                      'MIT',                         'green'],
    ['OSI Approved :: BSD License',                                      'BSD',                         'green'],
    ['OSI Approved :: Apache Software License',                          'Apache-2.0',                  'green'],
    ['OSI Approved :: Zero-Clause BSD (0BSD)',                           '0BSD',                        '#7cd958'],
    ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication',             'CC0-1.0',                     '#7cd958'],
    ['OSI Approved :: GNU Affero General Public License v3',             'AGPL-3.0',                    'orange'],
    ['OSI Approved :: GNU General Public License (GPL)',                 'GPL',                         'orange'],
    ['OSI Approved :: GNU General Public License v2 (GPLv2)',            'GPLV2',                       'orange'],
    ['OSI Approved :: GNU General Public License v3 or later (GPLv3+)',  'GPLV3+',                      'orange'],
    ['OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)',    'LGPLV3',                      'orange'],
    ['OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)',             'MPL 2.0',                     'orange'],
    ['OSI Approved :: ISC License (ISCL)',                               'ISCL',                        'green'],
    ['OSI Approved :: MIT No Attribution License (MIT-0)',               'MIT-0',                       'green'],
    ['OSI Approved :: Python Software Foundation License',               'Python Software Foundation',  'green'],
    ['OSI Approved',                                                     'OSI Approved',                'lightgrey'],
    ['Other/Proprietary License',                                        'Other/Proprietary',           'lightgrey'],
    ['Public Domain',                                                    'Public Domain',               'lightgrey'],
    ['DFSG approved',                                                    'DFSG approved',               'lightgrey'],
    ['OSI Approved :: zlib',                                             'ZLIB',                        'green'],
    ['Odd ()',                                                           'Odd ()',                      'lightgrey'],
  ])('%s is %s', (classifier, message, color) => {
    expect(licensesOf({ classifiers: [`License :: ${classifier}`] })).toEqual(shown(message, color));
  });

  // prettier-ignore
  test.each([
    ["joins several in PyPI's order",    ['OSI Approved :: MIT License', 'OSI Approved :: BSD License'], 'MIT, BSD', 'green'],
    ['takes the color of the most permissive license',   ['Other/Proprietary License', 'OSI Approved :: GNU General Public License (GPL)', 'OSI Approved :: BSD License'], 'Other/Proprietary, GPL, BSD', 'green'],
    ['omits `DFSG approved`',     ['DFSG approved', 'OSI Approved :: MIT License'], 'MIT', 'green'],
    ['shows a name once',                 ['OSI Approved :: MIT License', 'OSI Approved :: MIT License', 'OSI Approved :: MIT'], 'MIT', 'green'],
  ])('%s', (_, classifiers, message, color) => {
    expect(licensesOf({ classifiers: classifiers.map((one) => `License :: ${one}`) })).toEqual(shown(message, color));
  });
});

// prettier-ignore
const COLORS = [
  // one license
  ['CC0-1.0',                                              '#7cd958'],
  ['Unlicense',                                            '#7cd958'],
  ['WTFPL',                                                '#7cd958'],
  ['0BSD',                                                 '#7cd958'],
  ['MIT',                                                  'green'],
  ['Apache-2.0',                                           'green'],
  ['BSD-3-Clause',                                         'green'],
  ['GPL-3.0-only',                                         'orange'],
  ['LGPL-3.0-or-later',                                    'orange'],
  ['MPL-2.0',                                              'orange'],
  ['AGPL-3.0',                                             'orange'],
  ['PSF-2.0',                                              'green'],
  ['LicenseRef-Proprietary',                               'lightgrey'],
  ['DocumentRef-other:LicenseRef-MIT',                     'lightgrey'],
  ['mit',                                                  'green'],
  // a later version, an exception
  ['GPL-2.0+',                                             'orange'],
  ['Apache-2.0+',                                          'green'],
  ['Apache-2.0 WITH LLVM-exception',                       'green'],
  ['GPL-2.0-only WITH Classpath-exception-2.0',            'orange'],
  // OR takes the more permissive operand
  ['MIT OR GPL-3.0-only',                                  'green'],
  ['GPL-3.0-only OR MIT',                                  'green'],
  ['MIT OR CC0-1.0',                                       '#7cd958'],
  ['GPL-2.0-only OR LicenseRef-Commercial',                'orange'],
  ['LicenseRef-One OR LicenseRef-Other',                   'lightgrey'],
  // AND takes the stricter operand
  ['BSD-3-Clause AND Apache-2.0 AND BSD-2-Clause',         'green'],
  ['MIT AND GPL-3.0-only',                                 'orange'],
  ['CC0-1.0 AND MIT',                                      'green'],
  ['MIT AND LicenseRef-Data',                              'lightgrey'],
  ['GPL-3.0-only AND PSF-2.0',                             'orange'],
  // AND binds closer than OR; parentheses closer still
  ['MIT OR GPL-3.0-only AND LicenseRef-Data',              'green'],
  ['GPL-3.0-only AND LicenseRef-Data OR MIT',              'green'],
  ['(MIT OR GPL-3.0-only) AND LicenseRef-Data',            'lightgrey'],
  ['(MIT OR GPL-3.0-only) AND (CC0-1.0 OR MPL-2.0)',       'green'],
  // no expression
  ['MIT OR',                                               'lightgrey'],
  ['MIT GPL-3.0-only',                                     'lightgrey'],
  ['?? OR MIT',                                            'lightgrey'],
  ['constructor',                                          'lightgrey'],
] as const;

describe('the color at shields.io', () => {
  test.each(COLORS)('of the expression %s is %s', (licenseExpression, color) => {
    expect(licensesOf({ licenseExpression })).toEqual(shown(licenseExpression, color));
  });

  test.each(COLORS.filter(([text]) => text.length < 40))(
    'of the license %s is %s, too',
    (license, color) => {
      expect(licensesOf({ license })).toEqual(shown(license, color));
    },
  );

  // prettier-ignore
  test.each([
    ['BSD',                         'green'],
    ['Apache 2.0',                  'green'],
    ['GPLv3+',                      'orange'],
    ['CC0',                         '#7cd958'],
    ['Apache License, Version 2.0', 'green'],
    ['MIT License',                 'green'],
    ['BSD-3',                       'green'],
    ['License :: MIT',              'green'],
    ['EUPL-1.2',                    'orange'],
    ['European Union Public Licence 1.2', 'orange'],
    ['Mozilla Public License',      'orange'],
    ['SIL Open Font License 1.1',   'orange'],
    ['MIT-CMU',                     'green'],
    ['LIMITED',                     'lightgrey'],
    ['SUBMITTED',                   'lightgrey'],
    ['Not GPL',                     'lightgrey'],
    ['Proprietary - Committee',     'lightgrey'],
    ['Permitted',                   'lightgrey'],
    ['OSI Approved :: MIT License', 'green'],
    ['Python',                      'green'],
    ['CC-BY-SA',                    'orange'],
    // names joined by words and signs: the freest of a choice, otherwise the strictest
    ['MIT/GPL-3.0-only',            'green'],
    ['MIT or Apache 2.0',           'green'],
    ['GPLv3 or later',              'orange'],
    ['MIT and GPLv3',               'orange'],
    ['MIT, BSD',                    'green'],
    ['MIT or commercial',           'lightgrey'],
    ['MIT + Commons Clause',        'lightgrey'],
    ['MIT-like',                    'lightgrey'],
  ])('of the license named %s is %s', (license, color) => {
    expect(licensesOf({ license })).toEqual(shown(license, color));
  });

  test.each([
    ['nested deeper than a stack', `${'('.repeat(100_000)}MIT${')'.repeat(100_000)}`],
    ['longer than any license', Array<string>(100).fill('MIT').join(' AND ')],
  ])('of an expression %s is lightgrey', (_, licenseExpression) => {
    expect(licensesOf({ licenseExpression })).toEqual(shown(licenseExpression, 'lightgrey'));
  });
});
