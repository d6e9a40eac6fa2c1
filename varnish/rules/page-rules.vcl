# Generated from src/http/urls/paths.ts and page/ by `make docs`: change these files instead.
import var;

# Sets the variable "page" to "yes" for a path that is no badge.
sub find_page {
  if (req.url ~ "^(?:/|/-/ready|/api/[^?]*|/assets/[^?]*|/docs|/docs/[^?]*|/favicon\.ico|/llms\.txt|/openapi\.json|/refresh/[^?]*|/robots\.txt|/status|/status\.json)(?:\?|$)") {
    var.set("page", "yes");
  }
}

# The same for a fetch.
sub find_fetched_page {
  if (bereq.url ~ "^(?:/|/-/ready|/api/[^?]*|/assets/[^?]*|/docs|/docs/[^?]*|/favicon\.ico|/llms\.txt|/openapi\.json|/refresh/[^?]*|/robots\.txt|/status|/status\.json)(?:\?|$)") {
    var.set("page", "yes");
  }
}

sub query_of_known_page_parameters {
  if (var.get("query") ~ "&(?!(?:as|cacheSeconds|color|darkColor|darkLabelColor|darkLogoColor|file|include_prereleases|label|labelColor|logo|logoColor|logoSize|nolabel|number|period|prefix|project|pypiBaseUrl|range|scale|strict|style|text)=)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:as|cacheSeconds|color|darkColor|darkLabelColor|darkLogoColor|file|include_prereleases|label|labelColor|logo|logoColor|logoSize|nolabel|number|period|prefix|project|pypiBaseUrl|range|scale|strict|style|text)=)[^&]*", ""));
  }
}

sub query_of_filled_page_parameters {
  if (var.get("query") ~ "&[A-Za-z_]+=(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&[A-Za-z_]+=(?=&|$)", ""));
  }
}
