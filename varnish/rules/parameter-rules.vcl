# Generated from src/badges/parameters.ts by `make docs`: change that file instead.
#
# These subs change the variable "query", which has "&" before each parameter. They match before they replace, because
# each replacement makes a copy in the workspace, and logos are long.
import var;

sub query_of_known_parameters {
  if (var.get("query") ~ "&(?!(?:cacheSeconds|color|colorA|colorB|label|labelColor|list|maxAge|message|number|period|prefix|range|scale|strict|style|text)=)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:cacheSeconds|color|colorA|colorB|label|labelColor|list|maxAge|message|number|period|prefix|range|scale|strict|style|text)=)[^&]*", ""));
  }
}

sub query_without_empties {
  if (var.get("query") ~ "&(?!(?:label|range|list)=)[A-Za-z]+=(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:label|range|list)=)[A-Za-z]+=(?=&|$)", ""));
  }
}

sub query_without_invalid_values {
  if (var.get("query") ~ "&(?:style|period|text|prefix|number|scale|strict)=") {
    var.set("query", regsuball(var.get("query"), "&(?:style=(?!(?:flat|flat-square|plastic|for-the-badge|social)(?:&|$))|period=(?!(?:day|week|month)(?:&|$))|text=(?!(?:pypi|version)(?:&|$))|prefix=(?!(?:v|none)(?:&|$))|number=(?!(?:full|si|short)(?:&|$))|scale=(?!(?:1|2|3|4)(?:&|$))|strict=(?!(?:1)(?:&|$)))[^&%]*(?=&|$)", ""));
  }
}

sub query_without_defaults {
  if (var.get("query") ~ "&(?:period=month|text=pypi|scale=1)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:period=month|text=pypi|scale=1)(?=&|$)", ""));
  }
}

# Not for JSON, which repeats the requested look.
sub query_without_default_looks {
  if (var.get("query") ~ "&(?:style=flat)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:style=flat)(?=&|$)", ""));
  }
}
