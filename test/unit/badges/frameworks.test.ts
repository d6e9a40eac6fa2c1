import { expect, test } from 'vitest';

import { badgeOf } from './badge-of.ts';

// prettier-ignore
const FRAMEWORKS = [
  ['aws-cdk',    'AWS CDK'],
  ['django',     'Django'],
  ['django-cms', 'Django CMS'],
  ['jupyterlab', 'Jupyter :: JupyterLab'],
  ['odoo',       'Odoo'],
  ['plone',      'Plone'],
  ['wagtail',    'Wagtail'],
  ['zope',       'Zope'],
] as const;

test.each(FRAMEWORKS)('frameworkversions/%s reads Framework :: %s', (token, classifier) => {
  const children = ['10', '2.11', '2', '1.9', '2.0', '1.11', '2.1', '2.11', 'Addon', '2.0rc1'];
  const classifiers = [
    `Framework :: ${classifier}`,
    ...children.map((child) => `Framework :: ${classifier} :: ${child}`),
    `Framework :: ${classifier} Two :: 7`,
    'Framework :: Pydantic :: 8',
  ];
  expect(badgeOf(['shields', `frameworkversions/${token}`], { classifiers })).toEqual([
    `${token.replaceAll('-', ' ')} versions`,
    '1.9 | 1.11 | 2 | 2.0 | 2.1 | 2.11 | 10',
    'blue',
  ]);
});

test.each(FRAMEWORKS)(
  'frameworkversions/%s shows `missing` without versions of %s',
  (token, classifier) => {
    const classifiers = [
      `Framework :: ${classifier}`,
      `${classifier} :: 2.0`,
      'Framework :: Sphinx',
    ];
    const badge = badgeOf(['shields', `frameworkversions/${token}`], { classifiers });
    expect(badge).toEqual([`${token.replaceAll('-', ' ')} versions`, 'missing', 'red']);
  },
);

test('djversions is frameworkversions/django', () => {
  const classifiers = ['Framework :: Django :: 4.2', 'Framework :: Django CMS :: 3.11'];
  expect(badgeOf(['shields', 'djversions'], { classifiers })).toEqual([
    'django versions',
    '4.2',
    'blue',
  ]);
});
