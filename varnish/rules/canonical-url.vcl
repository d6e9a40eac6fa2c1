# One URL per badge. The API gets the canonical URL, never the original one, so clients that share a cache key cannot
# get different answers.
import std;
import var;

sub canonical_url {
  # Most URLs are canonical and need only this match.
  if (req.url ~ "^/(?:[a-z_]{1,20}/[a-z0-9]{1,100}(?:-[a-z0-9]{1,100}){0,20}/badge\.(?:svg|png|json)|(?:py|pypi/[a-z]{1,20})/[a-z0-9]{1,100}(?:-[a-z0-9]{1,100}){0,20}\.(?:svg|png|json)|badge/[\x21-\x22\x24\x26-\x2E\x30-\x3E\x40-\x7E][\x21-\x22\x24\x26-\x3E\x40-\x7E]{0,2000}\.(?:svg|png|json))(?:\?style=(?:flat-square|for-the-badge|plastic|social))?$") {
    return;
  }
  call url_acceptable;
  if (req.url !~ "\?") {
    call canonical_path;
    return;
  }
  var.set("query", regsub(req.url, "^[^?]*", ""));
  set req.url = regsub(req.url, "\?.*", "");
  call canonical_path;
  # Of the pages, the first and the API's have parameters, of their own.
  if (var.get("page") == "yes") {
    if (req.url ~ "^/api/") {
      call query_of_api;
    }
    if (req.url != "/") {
      return;
    }
    call query_of_page;
  } else {
    call canonical_query;
  }
  if (var.get("query") != "") {
    set req.url = req.url + regsub(var.get("query"), "^&", "?");
  }
}

sub url_acceptable {
  # The limit of the API: a logo of 8 KiB, its escapes, and the rest.
  if (req.url ~ "^.{10241}") {
    return (synth(400));
  }
  # Everything after this depends on what the URL means, not on how it is spelled.
  call decode_unreserved;
  # Varnish before 8 passes "GET http://host" without a path unchanged (VSV18).
  if (req.url !~ "^/") {
    return (synth(404));
  }
  # Internal paths of the API, such as readiness for the probe.
  if (req.url ~ "^/+-(?:[/?#]|$)") {
    return (synth(404));
  }
  if (req.url ~ "#") {
    set req.url = regsub(req.url, "#.*", "");
  }
}

sub canonical_path {
  if (req.url ~ "^//") {
    set req.url = regsub(req.url, "^//+", "/");
  }
  # There, pypistats.org's rules hold: every slash counts, and case.
  if (req.url ~ "^/api/") {
    var.set("page", "yes");
    return;
  }
  if (req.url ~ "^/badge//") {
    set req.url = regsub(req.url, "^/badge//+", "/badge/");
  }
  # Not inside free text, in which every character counts except those of an extension.
  if (req.url ~ "//" && req.url !~ "^/(?:badge/|:)") {
    set req.url = regsuball(req.url, "//+", "/");
  }
  if (req.url ~ "/$") {
    set req.url = regsub(req.url, "^(.*[^/])/+$", "\1");
  }
  call find_page;
  if (var.get("page") == "yes") {
    return;
  }
  if (req.url ~ "^/(?:(?:badge|static)/|:)") {
    call extension_in_lower_case;
  } else {
    call canonical_name;
  }
}

# Normalizes the project's name as PyPI does (PEP 503). Kinds and releases are case-sensitive and stay unchanged.
sub canonical_name {
  if (req.url ~ "^/(?:py|pypi|pepy)/") {
    if (req.url ~ "^/(?:py|pepy/dt|pypi/(?:frameworkversions/[^/]+|[^/]+))/[A-Za-z0-9._-]{1,100}$"
        || req.url ~ "^/py/[A-Za-z0-9._-]{1,100}@[1-4]x(?:\.[A-Za-z]+)?$") {
      call path_extension;
      set req.url = regsub(req.url, "/[^/]+$", "/")
        + regsuball(std.tolower(regsub(regsub(req.url, "^.*/", ""), "\.[^.]+$", "")), "[-_.]+", "-")
        + regsub(req.url, "^.*\.", ".");
    } elsif (req.url ~ "^/pypi/(?:frameworkversions/[^/]+|(?!frameworkversions/)[^/]+)/[A-Za-z0-9._-]{1,100}/[^/]+$") {
      call path_extension;
      set req.url = regsub(req.url, "/[^/]+/[^/]+$", "/")
        + regsuball(std.tolower(regsub(req.url, "^.*/([^/]+)/[^/]+$", "\1")), "[-_.]+", "-")
        + regsub(req.url, "^.*/", "/");
    }
  } elsif (req.url ~ "^/[^/]+/[A-Za-z0-9._-]{1,100}/badge\.[A-Za-z]+$") {
    set req.url = regsub(req.url, "^(/[^/]+/).*$", "\1")
      + regsuball(std.tolower(regsub(req.url, "^/[^/]+/([^/]+)/.*$", "\1")), "[-_.]+", "-")
      + std.tolower(regsub(req.url, "^.*/", "/"));
  }
}

# In shields.io's grammar the extension is optional and defaults to SVG; an unknown one belongs to the name or release.
sub path_extension {
  if (req.url !~ "\.(?i:svg|png|jpe?g|gif|tiff?|webp|json)$") {
    set req.url = req.url + ".svg";
  }
  call extension_in_lower_case;
}

sub extension_in_lower_case {
  if (req.url ~ "\.(?i:svg|png|jpe?g|gif|tiff?|webp|json)$" && req.url !~ "\.[a-z]+$") {
    set req.url = regsub(req.url, "\.[^.]+$", ".") + std.tolower(regsub(req.url, "^.*\.", ""));
  }
}
