# The life of a request at the edge. Each step calls its rules by name; a rule explains itself where it is written.
# All steps end with a return of their own: the built-in VCL has no part in this.

import var;

include "./rules/parameter-rules.vcl";
include "./rules/canonical-query.vcl";
include "./rules/canonical-url.vcl";
include "./rules/clients.vcl";
include "./rules/kept-copies.vcl";
include "./rules/asking.vcl";
include "./rules/answers.vcl";
include "./rules/purge.vcl";
include "./rules/publishers.vcl";
include "./rules/delivery.vcl";
include "./rules/fault-pictures.vcl";
include "./rules/faults.vcl";

sub vcl_recv {
  if (local.socket == "purge") {
    call purge_receive;
  }
  call client_connection;
  if (req.method == "POST") {
    call publisher_asks;
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (synth(405));
  }
  if (req.restarts == 0) {
    call canonical_url;
    # How stale a copy is shown while all is well.
    set req.grace = 60s;
  } else {
    call kept_copy_grace;
  }
  return (hash);
}

# The key is the URL and nothing else: no host name can ever split or mix up what is cached.
sub vcl_hash {
  hash_data(req.url);
  return (lookup);
}

sub vcl_hit {
  if (req.method == "PURGE") {
    call purge_url;
  }
  if (local.socket == "purge") {
    call fetch_anew;
  }
  if (obj.ttl < 0s) {
    call kept_copy_purged;
    # A fetch begins behind this answer.
    call client_address;
    call request_id;
  }
  return (deliver);
}

sub vcl_miss {
  if (req.method == "PURGE") {
    call purge_url;
  }
  call kept_copy_instead;
  call client_address;
  call client_limit;
  call request_id;
  # Whatever happens from here on is about this URL: see kept_copy_before_fault.
  var.set("asked", "yes");
  return (fetch);
}

sub vcl_pass {
  return (fetch);
}

sub vcl_backend_fetch {
  call ask_not_again;
  call ask_node;
  call ask_in_time;
  call ask_without_headers;
  return (fetch);
}

sub vcl_backend_response {
  call answer_is_ours;
  call answer_to_publisher;
  call answer_failing;
  call answer_headers;
  call answer_length;
  return (deliver);
}

sub vcl_backend_error {
  call error_retry;
  call kept_copy_stays;
  call error_remembered;
  return (deliver);
}

sub vcl_deliver {
  call fault_if_remembered;
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
