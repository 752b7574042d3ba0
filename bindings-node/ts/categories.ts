/** The classes of errors by kind, and of API errors by category. */

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

import { ApiError, ReqtrailError } from "./errors.js";
import { named } from "./properties.js";

/** No connection was made (DNS, refused, TLS, connect timeout); nothing was sent. */
export class ConnectError extends ReqtrailError {
  declare readonly kind: "connect";
}
named(ConnectError, "ConnectError", { kind: "connect" });

/** The connection broke, the protocol was violated or a 2xx body was cut short. */
export class TransportError extends ReqtrailError {
  declare readonly kind: "transport";
}
named(TransportError, "TransportError", { kind: "transport" });

/** A 2xx body or a header block is over its limit. */
export class TooLargeError extends ReqtrailError {
  declare readonly kind: "too_large";
}
named(TooLargeError, "TooLargeError", { kind: "too_large" });

/** A 2xx body cannot be decoded or is not what the caller asked to parse. */
export class DecodeError extends ReqtrailError {
  declare readonly kind: "decode";
}
named(DecodeError, "DecodeError", { kind: "decode" });

/** A redirect was refused: another origin, a downgrade, too many, or a method it must not change. */
export class RedirectError extends ReqtrailError {
  declare readonly kind: "redirect";
}
named(RedirectError, "RedirectError", { kind: "redirect" });

/** The client cannot be built. */
export class ConfigError extends ReqtrailError {
  declare readonly kind: "config";
}
named(ConfigError, "ConfigError", { kind: "config" });

/** A bug in reqtrail: a caught panic. */
export class InternalError extends ReqtrailError {
  declare readonly kind: "internal";
}
named(InternalError, "InternalError", { kind: "internal" });

/** The credential is missing or was not accepted. */
export class AuthenticationError extends ApiError {
  declare readonly category: "authentication";
}
named(AuthenticationError, "AuthenticationError", { category: "authentication" });

/** The credential is good but may not do this. */
export class PermissionDeniedError extends ApiError {
  declare readonly category: "permission";
}
named(PermissionDeniedError, "PermissionDeniedError", { category: "permission" });

/** The resource does not exist, or is hidden from this caller. */
export class NotFoundError extends ApiError {
  declare readonly category: "not_found";
}
named(NotFoundError, "NotFoundError", { category: "not_found" });

/** The request itself is wrong. */
export class InvalidRequestError extends ApiError {
  declare readonly category: "invalid";
}
named(InvalidRequestError, "InvalidRequestError", { category: "invalid" });

/** The request conflicts with the resource's current state. */
export class ConflictError extends ApiError {
  declare readonly category: "conflict";
}
named(ConflictError, "ConflictError", { category: "conflict" });

/** Too many requests in too short a time. */
export class RateLimitedError extends ApiError {
  declare readonly category: "rate_limited";
}
named(RateLimitedError, "RateLimitedError", { category: "rate_limited" });

/** A quota is used up; waiting alone does not help. */
export class QuotaError extends ApiError {
  declare readonly category: "quota";
}
named(QuotaError, "QuotaError", { category: "quota" });

/** The service, or something it depends on, is temporarily unavailable. */
export class UnavailableError extends ApiError {
  declare readonly category: "unavailable";
}
named(UnavailableError, "UnavailableError", { category: "unavailable" });

/** The server failed. */
export class ServerError extends ApiError {
  declare readonly category: "server";
}
named(ServerError, "ServerError", { category: "server" });
