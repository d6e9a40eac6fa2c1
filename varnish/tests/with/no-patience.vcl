# Stands before the rules: no stale copy is shown while all is well, rather than one of 60 s.
sub vcl_hash {
  if (req.restarts == 0) {
    set req.grace = 0s;
  }
}
