//! Help texts that both command lines of the sandbox show.

/// The syntax of incidents, in lines of at most 80 columns.
pub const INCIDENTS: &str = "\
An INCIDENT is NAME or NAME:key=value,key=value. These are the names:
  status                 with status=CODE,error=STRING (both required)
  internal_error, service_unavailable, maintenance, rate_limited
  slow                   with delay_ms=N (required)
  bad_gateway, stall, close, lose_answer, cut_body, expire_tokens
All take times=N and \"on=METHOD /path\". Those that respond with an API error
(the first two lines) also take retry_after=SECONDS and nested=true.
";

/// The requests of the control endpoint, in lines of at most 80 columns.
pub const CONTROL: &str = "\
Control endpoint (below control_url) of the running sandbox:
  POST   /incidents      an incident as JSON text or object, or an array:
                         {\"name\":\"status\",\"status\":503,\"error\":\"x\",\"times\":2}
  GET    /incidents      {\"pending\":N}
  DELETE /incidents      remove all pending incidents
  GET    /requests       {\"requests\":[...]}: the server's log
  DELETE /requests       empty the log
";
