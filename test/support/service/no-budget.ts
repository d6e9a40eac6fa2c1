/** The stand-in takes whatever comes: a test that is not about PyPI's budget does not meet it. */
export const NO_PYPI_BUDGET = { PYPI_PER_MINUTE: '10000000' };
