/**
 * Tests of how a program handles failures: a mock that answers calls as a test arranges, without a network and without
 * waiting, and trails, responses and errors made by hand.
 *
 * @packageDocumentation
 */

export {
  type AttemptDescription,
  type CallDescription,
  type ErrorDescription,
  type ResponseDescription,
  type TrailDescription,
  error,
  response,
  trail,
} from "./testing-by-hand.js";
export type { Exchange, Failure, Replies, Reply, Want } from "./testing-exchange.js";
export { Mock, type MockClientOptions, MockError, type MockOptions } from "./testing-mock.js";
export type { MockRequest } from "./testing-requests.js";
