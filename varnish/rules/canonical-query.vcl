# The query in one spelling, of the parameters that the API has; the list is compared with the API's by a test. What
# is dropped says nothing there: a parameter that does not exist, is empty, is given twice, does not fit, or says the default.
# A value with a percent escape is left as it is, since only the API decodes it.
#
# Works on the variable "query": it comes with its "?", and leaves with "&" before each parameter. Nothing is replaced that does
# not match first: each replacement is a copy in the workspace, and a logo is long.
import std;
import var;

sub canonical_query {
  call query_sorted;
  if (var.get("query") ~ "&(?!(?:cacheSeconds|color|colorA|colorB|label|labelColor|maxAge|period|prefix|scale|strict|style|text)=)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:cacheSeconds|color|colorA|colorB|label|labelColor|maxAge|period|prefix|scale|strict|style|text)=)[^&]*", ""));
  }
  call query_without_twins;
  call query_without_empties;
  call query_without_misfits;
  call query_without_defaults;
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

# Empty is not given, but for the label: an empty one removes the left half.
sub query_without_empties {
  if (var.get("query") ~ "&(?!label=)[A-Za-z]+=(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?!label=)[A-Za-z]+=(?=&|$)", ""));
  }
}

# A value that is none of those that there are. shields.io's old "popout" means "flat".
sub query_without_misfits {
  if (var.get("query") ~ "&style=popout") {
    var.set("query", regsub(var.get("query"), "&style=popout", "&style=flat"));
  }
  if (var.get("query") ~ "&(?:period|prefix|scale|strict|style|text)=") {
    var.set("query", regsuball(var.get("query"), "&(?:period=(?!(?:day|week|month)(?:&|$))|prefix=(?!(?:v|none)(?:&|$))|scale=(?![1-4](?:&|$))|strict=(?!1(?:&|$))|style=(?!(?:flat|flat-square|plastic|for-the-badge|social)(?:&|$))|text=(?!(?:pypi|version)(?:&|$)))[^&%]*(?=&|$)", ""));
  }
}

sub query_without_defaults {
  if (var.get("query") ~ "&(?:period=month|scale=1|text=pypi)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:period=month|scale=1|text=pypi)(?=&|$)", ""));
  }
  # The twin for machines repeats a style that was asked for.
  if (var.get("query") ~ "&style=flat(?:&|$)" && req.url !~ "\.(?i:json)$") {
    var.set("query", regsub(var.get("query"), "&style=flat(?=&|$)", ""));
  }
  # Whether a version wears a "v" is the grammar's to say.
  if (var.get("query") ~ "&prefix=v(?:&|$)" && req.url ~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=v(?=&|$)", ""));
  }
  if (var.get("query") ~ "&prefix=none(?:&|$)" && req.url !~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=none(?=&|$)", ""));
  }
}
