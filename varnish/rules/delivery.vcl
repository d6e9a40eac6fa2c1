# Response headers for clients.

# A cached error has no body; vcl_synth adds the badge.
sub fault_if_cached_error {
  if (resp.status == 503 && resp.http.X-Edge-Fault) {
    return (synth(503));
  }
}

# X-Cache: where the response came from; on a miss followed by the tiers of the API.
sub deliver_source {
  if (obj.hits == 0) {
    set resp.http.X-Cache = regsub("MISS, " + resp.http.X-Cache, ", $", "");
    return;
  }
  # It belongs to the request that filled the cache.
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
  # Other caches would subtract this Age from their max-age and treat most hits as expired.
  unset resp.http.Age;
  unset resp.http.Via;
  unset resp.http.X-Varnish;
}
