/** The classes of API errors, one for each category. */
import { ApiError } from "./errors.js";
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
