# Generated from src/http/paths.ts by `make docs`: change that file instead.
import var;

# Sets the variable "page" to "yes" for a path that is no badge.
sub find_page {
  if (req.url ~ "^(?:/|/-/ready|/api/.*|/assets/.*|/docs|/docs/.*|/favicon\.ico|/llms\.txt|/openapi\.json|/refresh/.*|/robots\.txt|/status|/status\.json)$") {
    var.set("page", "yes");
  }
}
