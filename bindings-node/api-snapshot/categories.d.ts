/** The classes of errors by kind, and of API errors by category. */
import { ApiError, ReqtrailError } from "./errors.js";
/** No connection was made (DNS, refused, TLS, connect timeout); nothing was sent. */
export declare class ConnectError extends ReqtrailError {
    readonly kind: "connect";
}
/** The connection broke, the protocol was violated or a 2xx body was cut short. */
export declare class TransportError extends ReqtrailError {
    readonly kind: "transport";
}
/** A 2xx body or a header block is over its limit. */
export declare class TooLargeError extends ReqtrailError {
    readonly kind: "too_large";
}
/** A 2xx body cannot be decoded or is not what the caller asked to parse. */
export declare class DecodeError extends ReqtrailError {
    readonly kind: "decode";
}
/** A redirect was refused: another origin, a downgrade, too many, or a method it must not change. */
export declare class RedirectError extends ReqtrailError {
    readonly kind: "redirect";
}
/** The client cannot be built. */
export declare class ConfigError extends ReqtrailError {
    readonly kind: "config";
}
/** A bug in reqtrail: a caught panic. */
export declare class InternalError extends ReqtrailError {
    readonly kind: "internal";
}
/** The credential is missing or was not accepted. */
export declare class AuthenticationError extends ApiError {
    readonly category: "authentication";
}
/** The credential is good but may not do this. */
export declare class PermissionDeniedError extends ApiError {
    readonly category: "permission";
}
/** The resource does not exist, or is hidden from this caller. */
export declare class NotFoundError extends ApiError {
    readonly category: "not_found";
}
/** The request itself is wrong. */
export declare class InvalidRequestError extends ApiError {
    readonly category: "invalid";
}
/** The request conflicts with the resource's current state. */
export declare class ConflictError extends ApiError {
    readonly category: "conflict";
}
/** Too many requests in too short a time. */
export declare class RateLimitedError extends ApiError {
    readonly category: "rate_limited";
}
/** A quota is used up; waiting alone does not help. */
export declare class QuotaError extends ApiError {
    readonly category: "quota";
}
/** The service, or something it depends on, is temporarily unavailable. */
export declare class UnavailableError extends ApiError {
    readonly category: "unavailable";
}
/** The server failed. */
export declare class ServerError extends ApiError {
    readonly category: "server";
}
