package discover

import (
	"encoding/json"
	"fmt"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
)

// managed is what states have: the objects that Terraform manages already.
type managed struct {
	objects   map[managedObject]bool
	addresses map[address]bool
	// values are what others may refer to, by the attribute that holds it.
	values []managedValue
}

type managedObject struct{ typeName, importID string }

// managedValue is a value of a resource in the root module that is neither counted nor one for each of a collection.
type managedValue struct {
	reference
	value string
}

// readStates reads files with the output of `terraform show -json`.
func readStates(files []string) (managed, error) {
	m := managed{objects: map[managedObject]bool{}, addresses: map[address]bool{}}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return m, err
		}
		var state tfjson.State
		if err := json.Unmarshal(content, &state); err != nil {
			return m, fmt.Errorf("-state %s is not the output of `terraform show -json`: %w", name, err)
		}
		if state.Values != nil { // a state without resources has none
			m.add(state.Values.RootModule)
		}
	}
	return m, nil
}

func (m *managed) add(module *tfjson.StateModule) {
	if module == nil {
		return
	}
	for _, r := range module.Resources {
		i := rank(r.Type)
		if r.Mode != tfjson.ManagedResourceMode || i < 0 {
			continue
		}
		texts := map[string]string{}
		for name, value := range r.AttributeValues {
			if text, ok := value.(string); ok {
				texts[name] = text
			}
		}
		m.objects[managedObject{r.Type, kinds[i].id(object{identity: texts})}] = true
		if module.Address != "" {
			continue
		}
		m.addresses[address{r.Type, r.Name}] = true
		if name := nameAttributes[r.Type]; name != "" && r.Index == nil {
			for _, attribute := range []string{name, "id"} {
				m.values = append(m.values, managedValue{reference{r.Type, r.Name, attribute}, texts[attribute]})
			}
		}
	}
	for _, child := range module.ChildModules {
		m.add(child)
	}
}

// has reports whether the object with an import ID is managed.
func (m *managed) has(typeName, importID string) bool {
	return m.objects[managedObject{typeName, importID}]
}
