package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxInput is the number of bytes of the largest plan that is read.
const maxInput int64 = 2 << 30

// plan is the JSON of a plan, as far as it is read here. It is decoded with the types of terraform-json, but without that package's
// check of the format version: attributes that a newer format adds are ignored.
type plan struct {
	FormatVersion     string                           `json:"format_version"`
	Variables         map[string]*tfjson.PlanVariable  `json:"variables"`
	PlannedValues     *stateValues                     `json:"planned_values"`
	ResourceDrift     []*tfjson.ResourceChange         `json:"resource_drift"`
	ResourceChanges   []*tfjson.ResourceChange         `json:"resource_changes"`
	DeferredChanges   []*tfjson.DeferredResourceChange `json:"deferred_changes"`
	OutputChanges     map[string]*tfjson.Change        `json:"output_changes"`
	ActionInvocations []*tfjson.ActionInvocation       `json:"action_invocations"`
	PriorState        *struct {
		Values *stateValues `json:"values"`
	} `json:"prior_state"`
	Configuration *struct {
		RootModule configModule `json:"root_module"`
	} `json:"configuration"`
	// Errored is true of the plan file of a plan that failed.
	Errored bool `json:"errored"`
	// Values is what only the JSON of a state has.
	Values json.RawMessage `json:"values"`

	// previews and deprecated are the data sources and versions of the plan that deployments are looked up in.
	previews, deprecated []value
}

// stateValues is the objects of a state.
type stateValues struct {
	Outputs    map[string]stateOutput `json:"outputs"`
	RootModule stateModule            `json:"root_module"`
}

type stateOutput struct {
	Sensitive bool `json:"sensitive"`
	Value     any  `json:"value"`
}

type stateModule struct {
	Resources    []stateResource `json:"resources"`
	ChildModules []stateModule   `json:"child_modules"`
}

type stateResource struct {
	Address         string          `json:"address"`
	Mode            string          `json:"mode"`
	Type            string          `json:"type"`
	Name            string          `json:"name"`
	Values          map[string]any  `json:"values"`
	SensitiveValues json.RawMessage `json:"sensitive_values"`
}

// value is the attributes of the resource.
func (r stateResource) value() value {
	var mask any
	if len(r.SensitiveValues) > 0 && json.Unmarshal(r.SensitiveValues, &mask) != nil {
		mask = true
	}
	return value{raw: r.Values, sensitive: mask}
}

// all returns the resources of the module and of those in it.
func (m stateModule) all() []stateResource {
	resources := slices.Clone(m.Resources)
	for _, child := range m.ChildModules {
		resources = append(resources, child.all()...)
	}
	return resources
}

// configModule is a module of the configuration.
type configModule struct {
	Variables map[string]struct {
		Sensitive bool `json:"sensitive"`
		Default   any  `json:"default"`
	} `json:"variables"`
	Resources []struct {
		Mode        string                     `json:"mode"`
		Type        string                     `json:"type"`
		Name        string                     `json:"name"`
		Expressions map[string]json.RawMessage `json:"expressions"`
	} `json:"resources"`
	ModuleCalls map[string]struct {
		Module configModule `json:"module"`
	} `json:"module_calls"`
}

// prior is the resources as the refresh has left them.
func (p *plan) prior() []stateResource {
	if values := p.priorValues(); values != nil {
		return values.RootModule.all()
	}
	return nil
}

func (p *plan) priorValues() *stateValues {
	if p.PriorState == nil {
		return nil
	}
	return p.PriorState.Values
}

// planned is the resources as the apply would leave them.
func (p *plan) planned() []stateResource {
	if p.PlannedValues == nil {
		return nil
	}
	return p.PlannedValues.RootModule.all()
}

// sets reports whether the configuration of a resource sets an attribute.
func (p *plan) sets(c *tfjson.ResourceChange, attribute string) bool {
	_, set := p.expressions(c.ModuleAddress, c.Type, c.Name)[attribute]
	return set || p.Configuration == nil
}

// expressions is what the configuration of a resource sets, nil if the plan does not have it.
func (p *plan) expressions(moduleAddress, typeName, name string) map[string]json.RawMessage {
	if p.Configuration == nil {
		return nil
	}
	module := p.Configuration.RootModule
	for _, step := range moduleSteps(moduleAddress) {
		module = module.ModuleCalls[step].Module
	}
	for _, r := range module.Resources {
		if r.Type == typeName && r.Name == name && r.Mode == managed {
			return r.Expressions
		}
	}
	return nil
}

// pinOf is the version that the configuration pins for a deployment of the state, if that is a constant or a variable of the root
// module; else "".
func (p *plan) pinOf(r stateResource) string {
	moduleAddress := strings.TrimSuffix(strings.TrimSuffix(r.Address, addressInModule(r)), ".")
	var version struct {
		Constant   string   `json:"constant_value"`
		References []string `json:"references"`
	}
	if json.Unmarshal(p.expressions(moduleAddress, r.Type, r.Name)["version"], &version) != nil {
		return ""
	}
	if len(version.References) == 1 && moduleAddress == "" {
		if set := p.Variables[strings.TrimPrefix(version.References[0], "var.")]; set != nil {
			return value{raw: set.Value}.str()
		}
	}
	return version.Constant
}

// addressInModule is the end of the address that begins with the type.
func addressInModule(r stateResource) string {
	return r.Address[max(0, strings.Index(r.Address, r.Type+"."+r.Name)):]
}

// moduleSteps is the names of the modules of an address, such as `module.a["eu.west"].module.b[0]`, without their keys.
func moduleSteps(address string) []string {
	var steps []string
	for address != "" {
		address = strings.TrimPrefix(strings.TrimPrefix(address, "."), "module.")
		end := strings.IndexAny(address, ".[")
		if end < 0 {
			return append(steps, address)
		}
		steps = append(steps, address[:end])
		if address = address[end:]; address[0] == '[' {
			address = address[keyLength(address):]
		}
	}
	return steps
}

// keyLength is the length of the key that an address begins with, such as `["a]b"]`.
func keyLength(address string) int {
	quoted := false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			return i + 1
		}
	}
	return len(address)
}

// input is what was read: a plan, or the lines of `terraform plan -json`.
type input struct {
	plan  *plan
	lines []line
}

// readInput reads the JSON of a plan, or the lines of a plan. It accepts UTF-8, and UTF-16 with a byte order mark, which Windows
// PowerShell writes.
func readInput(r io.Reader) (input, error) {
	limited := io.LimitReader(r, maxInput+1)
	data, err := io.ReadAll(transform.NewReader(limited, unicode.BOMOverride(transform.Nop)))
	switch {
	case err != nil:
		return input{}, fmt.Errorf("could not read the plan: %w", err)
	case int64(len(data)) > maxInput:
		return input{}, fmt.Errorf("the plan is larger than %d bytes", maxInput)
	}
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return input{}, errors.New("the input is empty: expected the output of `terraform show -json tfplan`; the command before may have failed")
	case bytes.HasPrefix(data, []byte("PK")):
		return input{}, errors.New("this is a plan file and not its JSON: run `terraform show -json` on it and pass the output")
	case data[0] != '{':
		return input{}, errors.New("this is not JSON: expected the output of `terraform show -json tfplan`")
	}
	if isLines(data) {
		lines, err := readLines(data)
		return input{lines: lines}, err
	}
	p, err := readPlan(data)
	return input{plan: p}, err
}

func readPlan(data []byte) (*plan, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	p := new(plan)
	if err := decoder.Decode(p); err != nil {
		return nil, fmt.Errorf("could not read the JSON of the plan: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value: expected the output of one `terraform show -json tfplan`")
	}
	switch {
	case p.FormatVersion == "":
		return nil, errors.New("this JSON is not a plan, because it has no `format_version`: expected the output of `terraform show -json tfplan`")
	case len(p.Values) > 0 || p.PlannedValues == nil && p.Configuration == nil && p.ResourceChanges == nil && p.ResourceDrift == nil:
		return nil, errors.New("this is the JSON of a state and not of a plan: name the plan file in `terraform show -json tfplan`")
	}
	p.ResourceChanges, p.ResourceDrift = complete(p.ResourceChanges), complete(p.ResourceDrift)
	for _, r := range p.prior() {
		if r.Mode != managed && r.Type == typePreview {
			p.previews = append(p.previews, r.value())
		}
	}
	for _, r := range p.planned() {
		if r.Type == typeVersion && isDeprecated(r.value()) {
			p.deprecated = append(p.deprecated, r.value())
		}
	}
	return p, nil
}

// complete drops what has no change, so that nobody has to look for it.
func complete(changes []*tfjson.ResourceChange) []*tfjson.ResourceChange {
	return slices.DeleteFunc(changes, func(c *tfjson.ResourceChange) bool { return c == nil || c.Change == nil })
}

// before and after are the object of a change.
func before(c *tfjson.Change) value {
	return value{raw: c.Before, sensitive: c.BeforeSensitive}
}

func after(c *tfjson.Change) value {
	return value{raw: c.After, unknown: c.AfterUnknown, sensitive: c.AfterSensitive}
}

// managed is the mode of a resource that is not a data source.
const managed = string(tfjson.ManagedResourceMode)

const typePrefix = "octomil_"

// isOurs reports whether a managed resource is one of this provider.
func isOurs(c *tfjson.ResourceChange) bool {
	return c.Mode == tfjson.ManagedResourceMode && strings.HasPrefix(c.Type, typePrefix)
}

// changes reports whether anything is done with a managed resource, a removal from the state and an import included.
func changes(c *tfjson.ResourceChange) bool {
	return c.Mode == tfjson.ManagedResourceMode && (!c.Change.Actions.NoOp() || c.Change.Importing != nil)
}

// deletes reports whether an object is deleted, to be replaced or for good.
func deletes(actions tfjson.Actions) bool { return slices.Contains(actions, tfjson.ActionDelete) }

// creates reports whether an object is created, as a replacement or at first.
func creates(actions tfjson.Actions) bool { return slices.Contains(actions, tfjson.ActionCreate) }

// forgets reports whether an object leaves the state and stays on the server.
func forgets(actions tfjson.Actions) bool { return slices.Contains(actions, tfjson.ActionForget) }
