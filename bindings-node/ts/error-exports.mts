/** The classes of errors, for ES modules. */

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

export {
  ApiError,
  AuthenticationError,
  CancelledError,
  ConfigError,
  ConflictError,
  ConnectError,
  DecodeError,
  InternalError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  QuotaError,
  RateLimitedError,
  RedirectError,
  RequestBuildError,
  ServerError,
  TimeoutError,
  TooLargeError,
  TransportError,
  UnavailableError,
  ReqtrailError,
} from "./index.js";
