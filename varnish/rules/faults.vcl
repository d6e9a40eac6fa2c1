# Badges that the edge serves itself, in the requested format, as the API would send them. Every raster format gets PNG,
# which all clients can show. The status is 200, because image proxies show a broken picture for any other one; .json,
# ?strict=1, 405 and 429 keep the real status, as at the API.
sub fault {
  set resp.http.X-Badge-Source = "static";
  set resp.http.X-Cache = "SYNTH";
  set resp.http.Content-Security-Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
  set resp.http.X-Content-Type-Options = "nosniff";
  set resp.http.Cross-Origin-Resource-Policy = "cross-origin";
  set resp.http.Access-Control-Allow-Origin = "*";
  set resp.http.Access-Control-Expose-Headers = "X-Badge-Status, X-Badge-Source, X-Badge-Fetched-At, X-Badge-Release, X-Badge-Counts-Through, X-Request-Id";
  set resp.http.Referrer-Policy = "no-referrer";
  unset resp.http.Server;
  unset resp.http.Retry-After;
  call find_page;
  if (var.get("page") == "yes" && req.method != "POST") {
    call fault_page;
    return;
  }
  call fault_format;
  call fault_badge;
  call fault_status;
}

# A page that fails is a page, with its true status.
sub fault_page {
  set resp.http.Cache-Control = "no-store";
  set resp.http.Content-Security-Policy = "default-src 'none'; frame-ancestors 'none'";
  if (resp.status == 400 || resp.status == 405) {
    set resp.http.X-Badge-Status = "invalid";
  } elsif (resp.status == 404) {
    set resp.http.X-Badge-Status = "not-found";
  } elsif (resp.status == 429) {
    set resp.http.X-Badge-Status = "limited";
    set resp.http.Retry-After = "1";
  } else {
    set resp.status = 503;
    set resp.http.X-Badge-Status = "unavailable";
  }
  if (resp.status == 405) {
    set resp.http.Allow = "GET, HEAD";
  }
  if (req.url ~ "^/api/") {
    call fault_api;
  } elsif (req.url ~ "^[^?]*\.json(?:\?|$)") {
    set resp.http.Content-Type = "application/json; charset=utf-8";
    set resp.body = {"{"error":""} + resp.http.X-Badge-Status + {"" }"};
  } else {
    set resp.http.Content-Type = "text/html; charset=utf-8";
    set resp.body = {"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>pypins: "} + resp.http.X-Badge-Status + {"</title>
<h1>This page is not available: "} + resp.http.X-Badge-Status + {"</h1>
<p>Please try again in a minute. <a href="/">First page</a></p>
</html>
"};
  }
}

# As at pypistats.org, which does not say when to try again.
sub fault_api {
  set resp.http.Content-Type = "text/html; charset=utf-8";
  unset resp.http.Retry-After;
  if (resp.status == 429) {
    set resp.body = {"<a href="/api/#etiquette">429 RATE LIMIT EXCEEDED</a>"};
  } elsif (resp.status == 503) {
    set resp.body = "503 TEMPORARILY DISABLED";
  } else {
    set resp.body = "" + resp.status;
  }
}

sub fault_format {
  if (req.url ~ "^[^?]*\.(?i:json)(?:\?|$)" || (req.method == "POST" && req.url ~ "^/refresh/")) {
    set resp.http.Content-Type = "application/json; charset=utf-8";
    set resp.http.Content-Disposition = {"inline; filename="badge.json""};
  } elsif (req.url ~ "^[^?]*\.(?i:png|jpe?g|gif|tiff?|webp)(?:\?|$)") {
    set resp.http.Content-Type = "image/png";
    set resp.http.Content-Disposition = {"inline; filename="badge.png""};
  } else {
    set resp.http.Content-Type = "image/svg+xml; charset=utf-8";
    set resp.http.Content-Disposition = {"inline; filename="badge.svg""};
  }
}

sub fault_badge {
  if (resp.status == 400) {
    call fault_invalid_name;
  } elsif (resp.status == 404) {
    call fault_no_badge;
  } elsif (resp.status == 405) {
    set resp.http.Allow = "GET, HEAD";
    call fault_method_not_allowed;
  } elsif (resp.status == 429) {
    set resp.http.Retry-After = "1";
    call fault_limited;
  } else {
    # A 503 of these rules, or an error of Varnish, such as a failure of this VCL.
    set resp.status = 503;
    call fault_unavailable;
  }
}

sub fault_status {
  if (resp.status != 405 && resp.status != 429 && resp.http.Content-Type !~ "json" && req.url !~ "[?&]strict=1(?:&|$)") {
    set resp.status = 200;
    set resp.reason = "OK";
  }
}
