package control

import (
	"net/http"
	"regexp"
	"strings"
)

// namesScope finds a scope such as "models:read" in a message of the server.
var namesScope = regexp.MustCompile(`\b[a-z_]+:[a-z_]+\b`)

// RequiredScope is the scope that an API key lacks according to a 403: the one that the server names, else the one that the call
// probably needs (CONTRACT.md, section 7), "" where neither tells.
func (e *APIError) RequiredScope() string {
	if named := namesScope.FindString(e.Message); named != "" {
		return named
	}
	return requiredScope(e.Method, e.Path)
}

// scopeResources are the resources of scopes by the first part of a path.
var scopeResources = map[string]string{
	"models": "models", "device-groups": "devices", "devices": "devices", "settings": "settings", "metrics": "settings", "log-streams": "settings",
	"api-keys": "admin", "orgs": "admin", "experiments": "experiments",
	"integrations": "models",
}

// requiredScope is the scope that a call probably needs.
func requiredScope(method, path string) string {
	parts := strings.Split(path, "/")
	permission := "write"
	if method == http.MethodGet {
		permission = "read"
	}
	switch {
	case path == "deploy/execute":
		return "rollouts:write"
	case parts[0] == "deploy": // a preview
		return "devices:read"
	case parts[0] == "federations":
		return "federations:admin"
	case parts[0] == "models" && len(parts) > 2 && (parts[2] == "rollouts" || parts[2] == "rollback"):
		return "rollouts:" + permission
	}
	if resource := scopeResources[parts[0]]; resource != "" {
		return resource + ":" + permission
	}
	return ""
}
