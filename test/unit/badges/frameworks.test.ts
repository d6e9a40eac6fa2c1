import { expect, test } from 'vitest';

import { say } from './say.ts';

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
  expect(say(['shields', `frameworkversions/${token}`], { classifiers })).toEqual([
    `${token} versions`,
    '1.9 | 1.11 | 2 | 2.0 | 2.1 | 2.11 | 10',
    'blue',
  ]);
});

test.each(FRAMEWORKS)('frameworkversions/%s where only %s is named', (token, classifier) => {
  const classifiers = [`Framework :: ${classifier}`, `${classifier} :: 2.0`, 'Framework :: Sphinx'];
  const badge = say(['shields', `frameworkversions/${token}`], { classifiers });
  expect(badge).toEqual([`${token} versions`, 'missing', 'red']);
});

test('djversions is frameworkversions/django', () => {
  const classifiers = ['Framework :: Django :: 4.2', 'Framework :: Django CMS :: 3.11'];
  expect(say(['shields', 'djversions'], { classifiers })).toEqual([
    'django versions',
    '4.2',
    'blue',
  ]);
});
