/** Blue Oak Council's permissive licenses, best rating first; the package has no types. */
declare module '@blueoak/list' {
  const ratings: readonly { readonly licenses: readonly { readonly id: string }[] }[];
  export = ratings;
}

/** SPDX identifiers of copyleft licenses; the package has no types. */
declare module 'spdx-copyleft' {
  const identifiers: readonly string[];
  export = identifiers;
}
