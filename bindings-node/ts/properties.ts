/** Defines properties independently of a program's changes to `Object.prototype`. */

/** Gives an object an own property that is not enumerable. */
export function hide(target: object, name: string, value: unknown): void {
  const property = { value, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(target, name, own(property));
}

/**
 * Copies an object's own properties to one without a prototype, because a program may have changed `Object.prototype`.
 */
export function own<T extends object>(given: T): T {
  return { __proto__: null, ...given } as unknown as T;
}

/**
 * Gives an error class its name, which a minifier might change, and default fields for errors that are made without
 * them.
 */
export function named(cls: { readonly prototype: Error }, name: string, fields: object = {}): void {
  for (const [key, value] of Object.entries({ name, ...fields })) hide(cls.prototype, key, value);
}
