# The query in one spelling, of the parameters that the API has (parameter-rules.vcl). What is dropped says nothing there:
# a parameter that does not exist, is empty, is given twice, does not fit, or says the default.
#
# Works on the variable "query": it comes with its "?", and leaves with "&" before each parameter.
import std;
import var;

sub canonical_query {
  call query_sorted;
  call query_of_known_parameters;
  call query_without_twins;
  call query_without_empties;
  # shields.io's old "popout" means "flat".
  if (var.get("query") ~ "&style=popout") {
    var.set("query", regsub(var.get("query"), "&style=popout", "&style=flat"));
  }
  call query_without_misfits;
  call query_without_defaults;
  if (req.url !~ "\.(?i:json)$") {
    call query_without_default_looks;
  }
  call query_without_usual_prefix;
}

# "label" is "label=". So that it is sorted beside its twin: "labelColor=" stands between the two otherwise.
sub query_sorted {
  if (var.get("query") ~ "(?:^\?|&)[A-Za-z]+(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "((?:^\?|&)[A-Za-z]+)(?=&|$)", "\1="));
  }
  var.set("query", regsub(std.querysort(var.get("query")), "^\?", "&"));
}

# Given twice is not given. This must come before anything else is dropped, or one of the two would count.
sub query_without_twins {
  if (var.get("query") ~ "&([A-Za-z]++=)[^&]*+&\1") {
    var.set("query", regsuball(var.get("query"), "&([A-Za-z]++=)[^&]*+(?:&\1[^&]*+)+", ""));
  }
}

# Whether a "v" stands before a version is decided by the grammar.
sub query_without_usual_prefix {
  if (var.get("query") ~ "&prefix=v(?:&|$)" && req.url ~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=v(?=&|$)", ""));
  }
  if (var.get("query") ~ "&prefix=none(?:&|$)" && req.url !~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=none(?=&|$)", ""));
  }
}
