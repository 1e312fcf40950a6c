package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// scopes limit a key to calls such as "models:read". nil allows everything, an empty list nothing.
type scopes []string

// allows reports whether a key may make a call. Admin scopes include the settings.
func (s scopes) allows(scope string) bool {
	return s == nil || scope == anyKey || slices.Contains(s, scope) ||
		slices.Contains(s, strings.Replace(scope, "settings:", "admin:", 1))
}

// scopePattern is loose, because servers may add scopes.
var scopePattern = regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)

// parseScopes reads scopes in each form of CONTRACT.md, section 7: an object of strings, an object of lists, or a list of
// "resource:permission". It returns an empty list if there are none.
func parseScopes(written json.RawMessage) (scopes, error) {
	read := scopes{}
	var list []string
	var object map[string]any
	switch {
	case len(written) == 0 || string(written) == "null":
	case json.Unmarshal(written, &list) == nil:
		read = append(read, list...)
	case json.Unmarshal(written, &object) == nil:
		for resource, permissions := range object {
			names, err := permissionNames(permissions)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				read = append(read, resource+":"+name)
			}
		}
	default:
		return nil, invalid("scopes", `scopes must be an object such as {"models":["read"]}, or a list such as ["models:read"]`)
	}
	for _, scope := range read {
		if !scopePattern.MatchString(scope) {
			return nil, invalid("scopes", "scopes: %q must have the form resource:permission", scope)
		}
	}
	slices.Sort(read)
	return slices.Compact(read), nil
}

func permissionNames(permissions any) ([]string, error) {
	switch value := permissions.(type) {
	case string:
		return []string{value}, nil
	case []any:
		names := make([]string, len(value))
		for i := range value {
			name, isText := value[i].(string)
			if !isText {
				return nil, invalid("scopes", "scopes: a permission must be a string such as read")
			}
			names[i] = name
		}
		return names, nil
	default:
		return nil, invalid("scopes", "scopes: the permissions of a resource must be a string or a list of strings")
	}
}
