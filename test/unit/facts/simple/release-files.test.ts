import { expect, test } from 'vitest';
import { versionOfFile } from '../../../../src/facts/simple/release-files.ts';

test.each([
  ['requests-2.32.3-py3-none-any.whl', 'requests', '2.32.3'],
  ['ruamel.yaml-0.18.6-cp312-cp312-manylinux_2_17_x86_64.whl', 'ruamel-yaml', '0.18.6'],
  ['a-1.0+ubuntu_1-1-py3-none-any.whl', 'a', '1.0+ubuntu-1'],
  ['python-dateutil-2.9.0.post0.tar.gz', 'python-dateutil', '2.9.0.post0'],
  ['python_dateutil-2.9.0.tar.gz', 'python-dateutil', '2.9.0'],
  ['Zope.Interface-5.0.zip', 'zope-interface', '5.0'],
  ['a-b-1.0-1.tar.bz2', 'a-b', '1.0-1'],
  ['a-2004-03-r2.tgz', 'a', '2004-03-r2'],
  ['a-1!2.0.tar.gz', 'a', '1!2.0'],
  ['setuptools-0.6c11-py2.7.egg', 'setuptools', '0.6c11'],
  ['lxml-3.0-py3.9-linux_x86_64.egg', 'lxml', '3.0'],
  ['a-1.0.win32-py2.7.exe', 'a', undefined],
  ['b-1.0.tar.gz', 'a', undefined],
  ['a.tar.gz', 'a', undefined],
  ['nothing', 'nothing', undefined],
  ['a.whl', 'a', undefined],
  ['', 'a', undefined],
  [`${'-'.repeat(500)}.tar.gz`, 'a', undefined],
])('%s of %s is of the release %s', (filename, project, version) => {
  expect(versionOfFile(filename, project)).toBe(version);
});
