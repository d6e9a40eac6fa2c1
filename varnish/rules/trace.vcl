# W3C Trace Context: the trace of a request goes on to the API, whoever names it, if it is valid. It is no part of the
# cache key; the fetch for several clients has the trace of the first. Its id is in the log: %{VCL_Log:trace}x.
import std;

sub trace_context {
  if (req.http.traceparent) {
    if (req.http.traceparent !~ "^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$") {
      unset req.http.traceparent;
    } elsif (req.restarts == 0) {
      std.log("trace:" + regsub(req.http.traceparent, "^00-([0-9a-f]+)-.*$", "\1"));
    }
  }
  # What they hold is the sender's choice.
  unset req.http.tracestate;
  unset req.http.baggage;
}
