# Makes the query canonical. Drops parameters that the API ignores: unknown, empty, repeated, invalid and default ones
# (parameter-rules.vcl).
#
# Input and output are in the variable "query": it starts with "?", and ends up with "&" before each parameter.
import std;
import var;

sub canonical_query {
  call query_sorted;
  call query_of_known_parameters;
  call query_without_repeated;
  call query_without_empties;
  # In shields.io, the old style "popout" means "flat".
  if (var.get("query") ~ "&style=popout") {
    var.set("query", regsub(var.get("query"), "&style=popout", "&style=flat"));
  }
  call query_without_invalid_values;
  # A scale of 1 has precedence over that of a path with "@2x".
  if (req.url !~ "^/py/[^/]+@") {
    call query_without_defaults;
  }
  if (req.url !~ "\.(?i:json)$") {
    call query_without_default_looks;
  }
  call query_without_default_prefix;
}

# Writes "label" as "label=" before sorting, because "labelColor=" sorts between the two.
sub query_sorted {
  if (var.get("query") ~ "(?:^\?|&)[A-Za-z]+(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "((?:^\?|&)[A-Za-z]+)(?=&|$)", "\1="));
  }
  var.set("query", regsub(std.querysort(var.get("query")), "^\?", "&"));
}

# The API ignores repeated parameters. This must precede the other rules, or one of the two could be left and count.
sub query_without_repeated {
  if (var.get("query") ~ "&([A-Za-z]++=)[^&]*+&\1") {
    var.set("query", regsuball(var.get("query"), "&([A-Za-z]++=)[^&]*+(?:&\1[^&]*+)+", ""));
  }
}

# The default prefix of a version depends on the grammar.
sub query_without_default_prefix {
  if (var.get("query") ~ "&prefix=v(?:&|$)" && req.url ~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=v(?=&|$)", ""));
  }
  if (var.get("query") ~ "&prefix=none(?:&|$)" && req.url !~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=none(?=&|$)", ""));
  }
}
