/** Properties that no program's change to the prototype of all objects reaches. */

/** Gives an object a property of its own that is not enumerated. */
export function hide(target: object, name: string, value: unknown): void {
  const property = { value, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(target, name, own(property));
}

/** What an object has itself, without what a program may have put on the prototype of all objects. */
export function own<T extends object>(given: T): T {
  return { __proto__: null, ...given } as unknown as T;
}

/**
 * Gives the class of an error its name in texts, which a minifier might change, and what its errors have that are made
 * without it.
 */
export function named(cls: { readonly prototype: Error }, name: string, fields: object = {}): void {
  for (const [key, value] of Object.entries({ name, ...fields })) hide(cls.prototype, key, value);
}
