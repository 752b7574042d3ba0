/** Which class an error has, by its kind and its category. */

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

import * as categories from "./categories.js";
import type { Category, ErrorKind } from "./codes.js";
import * as errors from "./errors.js";

type Class = new (message?: string, fields?: errors.ApiErrorFields) => errors.ReqtrailError;

export const BY_KIND: Readonly<Record<ErrorKind, Class>> = {
  api: errors.ApiError,
  connect: categories.ConnectError,
  timeout: errors.TimeoutError,
  transport: categories.TransportError,
  too_large: categories.TooLargeError,
  decode: categories.DecodeError,
  redirect: categories.RedirectError,
  cancelled: errors.CancelledError,
  invalid_request: errors.RequestBuildError,
  config: categories.ConfigError,
  internal: categories.InternalError,
};

export const BY_CATEGORY: Readonly<Record<Category, Class>> = {
  authentication: categories.AuthenticationError,
  permission: categories.PermissionDeniedError,
  not_found: categories.NotFoundError,
  invalid: categories.InvalidRequestError,
  conflict: categories.ConflictError,
  rate_limited: categories.RateLimitedError,
  quota: categories.QuotaError,
  unavailable: categories.UnavailableError,
  server: categories.ServerError,
  unknown: errors.ApiError,
};
