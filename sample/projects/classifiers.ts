/** Returns the classifiers of Python versions: `pythons('3', '3.12')`. */
export function pythons(...versions: readonly string[]): string[] {
  return versions.map((version) => `Programming Language :: Python :: ${version}`);
}

/** Returns the classifiers of Python implementations: `implementations('CPython', 'PyPy')`. */
export function implementations(...names: readonly string[]): string[] {
  return pythons(...names.map((name) => `Implementation :: ${name}`));
}

/** Returns the classifiers of a framework's versions: `frameworks('Django', '4.2', '5.2')`. */
export function frameworks(name: string, ...versions: readonly string[]): string[] {
  return versions.map((version) => `Framework :: ${name} :: ${version}`);
}

/** Returns the classifier of a license: `osiLicense('MIT License')`. */
export function osiLicense(name: string): string {
  return `License :: OSI Approved :: ${name}`;
}

export const BETA = 'Development Status :: 4 - Beta';
export const STABLE = 'Development Status :: 5 - Production/Stable';
export const TYPED = 'Typing :: Typed';
