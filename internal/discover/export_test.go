package discover

// Kind is a kind for the tests that need the provider, whose harness imports this package.
type Kind struct {
	TypeName   string
	ImportID   []string
	References map[string]string
}

// Kinds returns all kinds.
func Kinds() []Kind {
	var all []Kind
	for _, k := range kinds {
		all = append(all, Kind{k.typeName, k.importID, k.references})
	}
	return all
}

// NameAttributes are the attributes by which other resources may refer to a type.
var NameAttributes = nameAttributes
