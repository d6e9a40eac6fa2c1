import { enumerate, versionsUnder } from '../classifiers.ts';
import type { ProjectKind } from '../kind.ts';

/** shields.io's `frameworkversions/<framework>`: one kind for each framework. */
export const frameworks: readonly ProjectKind[] = [
  framework('aws-cdk', 'AWS CDK'),
  framework('django', 'Django', ['djversions']),
  framework('django-cms', 'Django CMS'),
  framework('jupyterlab', 'Jupyter :: JupyterLab'),
  framework('odoo', 'Odoo'),
  framework('plone', 'Plone'),
  framework('wagtail', 'Wagtail'),
  framework('zope', 'Zope'),
];

function framework(
  token: string,
  classifier: string,
  aliases: readonly string[] = [],
): ProjectKind {
  return {
    id: `framework-${token}`,
    facts: 'project',
    names: { shields: [`frameworkversions/${token}`, ...aliases] },
    label: `${token.replaceAll('-', ' ')} versions`,
    about: `the ${classifier.split(' :: ').at(-1)} versions of the classifiers`,
    example: 'sample-frameworks',
    describe(facts, { grammar }) {
      const versions = versionsUnder(facts.classifiers, `Framework :: ${classifier}`);
      if (versions.length === 0) return { message: 'missing', color: 'red' };
      return { message: enumerate(versions, grammar), color: 'blue' };
    },
  };
}
