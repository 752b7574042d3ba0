/** The classes of API errors, one for each category. */

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

import { ApiError, named } from "./errors.js";

/** The credential is missing or was not accepted. */
export class AuthenticationError extends ApiError {
  declare readonly category: "authentication";
}
named(AuthenticationError, "AuthenticationError");

/** The credential is good but may not do this. */
export class PermissionDeniedError extends ApiError {
  declare readonly category: "permission";
}
named(PermissionDeniedError, "PermissionDeniedError");

/** The resource does not exist, or is hidden from this caller. */
export class NotFoundError extends ApiError {
  declare readonly category: "not_found";
}
named(NotFoundError, "NotFoundError");

/** The request itself is wrong. */
export class InvalidRequestError extends ApiError {
  declare readonly category: "invalid";
}
named(InvalidRequestError, "InvalidRequestError");

/** The request conflicts with the resource's current state. */
export class ConflictError extends ApiError {
  declare readonly category: "conflict";
}
named(ConflictError, "ConflictError");

/** Too many requests in too short a time. */
export class RateLimitedError extends ApiError {
  declare readonly category: "rate_limited";
}
named(RateLimitedError, "RateLimitedError");

/** A quota is used up; waiting alone does not help. */
export class QuotaError extends ApiError {
  declare readonly category: "quota";
}
named(QuotaError, "QuotaError");

/** The service, or something it depends on, is temporarily unavailable. */
export class UnavailableError extends ApiError {
  declare readonly category: "unavailable";
}
named(UnavailableError, "UnavailableError");

/** The server failed. */
export class ServerError extends ApiError {
  declare readonly category: "server";
}
named(ServerError, "ServerError");
