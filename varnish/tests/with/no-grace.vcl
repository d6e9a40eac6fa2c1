# Included before the rules: serves no stale copy while the API works, instead of for 60 s.
sub vcl_hash {
  if (req.restarts == 0) {
    set req.grace = 0s;
  }
}
