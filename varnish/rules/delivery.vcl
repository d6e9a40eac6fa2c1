# What the world is told beside the picture.

# An error that is remembered has no picture of its own.
sub fault_if_remembered {
  if (resp.status == 503 && resp.http.X-Edge-Fault) {
    return (synth(503));
  }
}

# Where the answer came from, and on a miss what the API says of its own caches.
sub deliver_source {
  if (obj.hits == 0) {
    set resp.http.X-Cache = regsub("MISS, " + resp.http.X-Cache, ", $", "");
    return;
  }
  # That was about another request.
  unset resp.http.Server-Timing;
  if (obj.ttl < 0s) {
    set resp.http.X-Cache = "STALE";
  } else {
    set resp.http.X-Cache = "HIT";
  }
}

sub deliver_headers {
  call request_id;
  set resp.http.X-Request-Id = req.http.X-Request-Id;
  unset resp.http.Xkey;
  # Caches further out would take our own age off the max-age that is meant for them, and find most hits expired.
  unset resp.http.Age;
  unset resp.http.Via;
  unset resp.http.X-Varnish;
}
