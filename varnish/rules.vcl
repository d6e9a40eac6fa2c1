# The steps of a request at the edge. Each step calls its rules by name; rules/ explains them.
# Every step returns, so the built-in VCL never runs.

import var;

include "./rules/page-rules.vcl";
include "./rules/escape-rules.vcl";
include "./rules/color-rules.vcl";
include "./rules/canonical-values.vcl";
include "./rules/parameter-rules.vcl";
include "./rules/canonical-query.vcl";
include "./rules/api-query.vcl";
include "./rules/canonical-url.vcl";
include "./rules/large-rules.vcl";
include "./rules/clients.vcl";
include "./rules/trace.vcl";
include "./rules/kept-copies.vcl";
include "./rules/backend-requests.vcl";
include "./rules/backend-responses.vcl";
include "./rules/version.vcl";
include "./rules/purge.vcl";
include "./rules/refresh.vcl";
include "./rules/delivery.vcl";
include "./rules/fault-pictures.vcl";
include "./rules/faults.vcl";

sub vcl_recv {
  if (local.socket == "purge") {
    call purge_receive;
  }
  call client_connection;
  call trace_context;
  if (req.method == "POST") {
    call pass_refresh;
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (synth(405));
  }
  if (req.restarts == 0) {
    call canonical_url;
    # A copy is served for up to 60 s past its TTL while it is refreshed.
    set req.grace = 60s;
  } else {
    call kept_copy_grace;
  }
  return (hash);
}

# The cache key is the URL alone, so no host name can split or mix up the cache.
sub vcl_hash {
  hash_data(req.url);
  return (lookup);
}

sub vcl_hit {
  if (req.method == "PURGE") {
    call purge_url;
  }
  if (local.socket == "purge") {
    call refetch;
  }
  if (obj.ttl < 0s) {
    call kept_copy_purged;
    # This answer starts a background fetch.
    call client_address;
    call request_id;
  }
  return (deliver);
}

sub vcl_miss {
  if (req.method == "PURGE") {
    call purge_url;
  }
  call kept_copy_after_failure;
  call client_address;
  call client_limit;
  call request_id;
  # The URL is canonical now: see kept_copy_before_fault.
  var.set("asked", "yes");
  return (fetch);
}

sub vcl_pass {
  return (fetch);
}

sub vcl_backend_fetch {
  call skip_failed_refresh;
  call choose_node;
  call set_timeouts;
  call drop_request_headers;
  return (fetch);
}

sub vcl_backend_response {
  call require_badge_status;
  call pass_refresh_response;
  call failed_response;
  call response_headers;
  call response_ttl;
  return (deliver);
}

sub vcl_backend_error {
  call retry_other_node;
  call kept_copy_stays;
  call cache_error;
  return (deliver);
}

sub vcl_deliver {
  call fault_if_cached_error;
  call deliver_source;
  call deliver_headers;
  return (deliver);
}

sub vcl_synth {
  call kept_copy_before_fault;
  if (local.socket == "purge") {
    call purge_answer;
  } else {
    call fault;
    call deliver_headers;
  }
  return (deliver);
}
