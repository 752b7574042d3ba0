/** The entry for tests of ES modules. */
export type * from "./testing.js";
export { Mock, MockError, error, response, trail } from "./testing.js";
