/* Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit. */
// clang-format off
#include "option.h"

bool set_client_option(reqtrail_client_options *it, const struct json *given) {
  DIALECT("dialect", reqtrail_client_options_dialect, reqtrail_client_options_dialect_json)
  TEXT("token", reqtrail_client_options_token)
  HEADERS("headers", reqtrail_client_options_default_header)
  TEXT("user_agent", reqtrail_client_options_user_agent)
  TEXT("microversion", reqtrail_client_options_microversion)
  COUNT("max_attempts", reqtrail_client_options_max_attempts, uint32_t)
  DURATION("base_delay", reqtrail_client_options_base_delay_ms)
  DURATION("max_delay", reqtrail_client_options_max_delay_ms)
  DURATION("max_retry_after", reqtrail_client_options_max_retry_after_ms)
  OFF("retry_budget", reqtrail_client_options_no_retry_budget)
  RETRY_BUDGET("retry_budget", reqtrail_client_options_retry_budget)
  DURATION("timeout", reqtrail_client_options_timeout_ms)
  DURATION("attempt_timeout", reqtrail_client_options_attempt_timeout_ms)
  DURATION("connect_timeout", reqtrail_client_options_connect_timeout_ms)
  COUNT("max_body_bytes", reqtrail_client_options_max_body_bytes, uint64_t)
  COUNT("max_redirects", reqtrail_client_options_max_redirects, uint32_t)
  TEXTS("show_query_params", reqtrail_client_options_show_query_param)
  FLAG("traceparent", reqtrail_client_options_traceparent)
  FLAG("decompress", reqtrail_client_options_decompress)
  OFF("proxy", reqtrail_client_options_no_proxy)
  TEXT("proxy", reqtrail_client_options_proxy)
  PEMS("extra_ca", reqtrail_client_options_extra_ca)
  TEXT("client_certificate", reqtrail_client_options_client_certificate)
  FLAG("danger_accept_invalid_certs", reqtrail_client_options_danger_accept_invalid_certs)
  FLAG("http1_only", reqtrail_client_options_http1_only)
  COUNT("pool_max_idle", reqtrail_client_options_pool_max_idle, size_t)
  DURATION("pool_idle_timeout", reqtrail_client_options_pool_idle_timeout_ms)
  OFF("http2_ping_interval", reqtrail_client_options_no_http2_pings)
  DURATION("http2_ping_interval", reqtrail_client_options_http2_ping_interval_ms)
  DURATION("http2_ping_timeout", reqtrail_client_options_http2_ping_timeout_ms)
  TEXT("unix_socket", reqtrail_client_options_unix_socket)
  COUNT("jitter_seed", reqtrail_client_options_jitter_seed, uint64_t)
  TEXTS("resolve", reqtrail_client_options_resolve)
  TEXT("record", reqtrail_client_options_record)
  TEXT("chaos", reqtrail_client_options_chaos)
  return false;
}

bool set_request_option(reqtrail_request *it, const struct json *given) {
  DURATION("timeout", reqtrail_request_timeout_ms)
  DURATION("attempt_timeout", reqtrail_request_attempt_timeout_ms)
  DURATION("connect_timeout", reqtrail_request_connect_timeout_ms)
  COUNT("max_attempts", reqtrail_request_max_attempts, uint32_t)
  FLAG("idempotent", reqtrail_request_idempotent)
  TEXT("idempotency_key", reqtrail_request_idempotency_key)
  TEXT("correlation_id", reqtrail_request_correlation_id)
  TEXT("microversion", reqtrail_request_microversion)
  TEXT("if_none_match", reqtrail_request_if_none_match)
  STATUSES("accept_statuses", reqtrail_request_accept_status)
  return false;
}
