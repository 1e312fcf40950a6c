package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// scopes are what a key may do, such as "models:read"; nil means everything, an empty list nothing.
type scopes []string

// allow tells whether a key may make a call. Who administers the organization has its settings, too.
func (s scopes) allows(scope string) bool {
	return s == nil || scope == anyKey || slices.Contains(s, scope) ||
		slices.Contains(s, strings.Replace(scope, "settings:", "admin:", 1))
}

// scopeForm is loose: the list of scopes grows on the server.
var scopePattern = regexp.MustCompile(`^[a-z_]+:[a-z_]+$`)

// readScopes takes scopes in each of the forms that the control API contract knows (section 7): an object of words, an object of
// lists, a list of "resource:permission". None at all are an empty list.
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
			return nil, invalid("scopes", "scopes: %q is not of the form resource:permission", scope)
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
				return nil, invalid("scopes", "scopes: a permission must be a name such as read")
			}
			names[i] = name
		}
		return names, nil
	default:
		return nil, invalid("scopes", "scopes: the permissions on a resource must be a name or a list of names")
	}
}
