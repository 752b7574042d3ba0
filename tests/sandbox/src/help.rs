//! Texts that every command line of the sandbox shows.

/// How an incident is written, in lines of at most 80 columns.
pub const INCIDENTS: &str = "\
An INCIDENT is NAME or NAME:key=value,key=value. Names, with keys of their own:
  status                 status=CODE,error=STRING (both needed)
  internal_error, service_unavailable, maintenance, rate_limited
  slow                   delay_ms=N (needed)
  bad_gateway, stall, close, lose_answer, cut_body, expire_tokens
All take times=N and \"on=METHOD /path\"; those that answer with an API error also
take retry_after=SECONDS and nested=true.
";

/// What the control endpoint takes, in lines of at most 80 columns.
pub const CONTROL: &str = "\
Control endpoint (below control_url), while it runs:
  POST   /incidents      an incident as JSON text or object, or an array:
                         {\"name\":\"status\",\"status\":503,\"error\":\"x\",\"times\":2}
  GET    /incidents      {\"pending\":N}
  DELETE /incidents      drop them
  GET    /requests       {\"requests\":[...]}, the server's log
  DELETE /requests       empty it
";
