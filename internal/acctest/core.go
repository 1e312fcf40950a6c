package acctest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Core plays Terraform's part of the plugin protocol for one resource, in the process of the test: refresh, plan, apply with its
// second plan, replacement, destroy. It checks what Terraform checks, and fails the test where Terraform would report a bug in the
// provider.
type Core struct {
	t        testing.TB
	sandbox  *Sandbox
	server   tfprotov6.ProviderServer
	typeName string
	settings map[string]any
	schema   *tfprotov6.SchemaBlock
	object   tftypes.Object
	// beside is the Core whose process this one uses, nil for a process of its own.
	beside *Core
	// replaces is true if the next plans are made with -replace, and createFirst if the configuration has create_before_destroy.
	replaces, createFirst bool
	// keepsProcess is true if all commands use one process.
	keepsProcess bool

	// IgnoreChanges are the attributes that `lifecycle { ignore_changes }` lists.
	IgnoreChanges []string

	state    tftypes.Value
	identity *tfprotov6.ResourceIdentityData
	private  []byte
	tainted  bool
}

// Action is the action of a plan.
type Action string

// The actions of a plan.
const (
	ActionNone    Action = "no-op"
	ActionCreate  Action = "create"
	ActionUpdate  Action = "update"
	ActionReplace Action = "replace"
	ActionDestroy Action = "destroy"
)

// Plan is a plan for one resource.
type Plan struct {
	Action Action
	// Planned are the planned attributes. The value of an unknown attribute is Unknown.
	Planned map[string]any
	Diagnostics

	config, planned tftypes.Value
	private         []byte
}

// Diagnostics are the errors and warnings of the provider, as "attribute: summary: detail".
type Diagnostics struct {
	Errors, Warnings []string
}

// add adds the diagnostics of an answer. One that reports a bug in the provider fails the test.
func (r *Diagnostics) add(t testing.TB, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diagnostics {
		text := d.Summary + ": " + d.Detail
		expectNoBug(t, text)
		expectPrintable(t, text)
		if d.Attribute != nil && len(d.Attribute.Steps()) > 0 {
			text = strings.ReplaceAll(strings.ReplaceAll(d.Attribute.String(), `AttributeName("`, ""), `")`, "") + ": " + text
		}
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			r.Errors = append(r.Errors, text)
		} else {
			r.Warnings = append(r.Warnings, text)
		}
	}
}

// Failed reports whether there is an error.
func (r *Diagnostics) Failed() bool { return len(r.Errors) > 0 }

// Core returns a Core for a resource of a type, without a state.
func (s *Sandbox) Core(t testing.TB, typeName string) *Core {
	t.Helper()
	c := &Core{t: t, sandbox: s, typeName: typeName}
	schemas := c.startProvider()
	registered, ok := schemas.ResourceSchemas[typeName]
	if !ok {
		t.Fatalf("the provider has no resource %s; register it in internal/provider/provider.go", typeName)
	}
	c.schema = registered.Block
	c.object = objectType(t, registered.ValueType())
	c.state = tftypes.NewValue(c.object, nil)
	return c
}

// State returns the attributes in the state, nil without a state.
func (c *Core) State() map[string]any {
	c.t.Helper()
	attributes, _ := goValue(c.t, c.state).(map[string]any)
	return attributes
}

// ForgetPrivate drops the private state, as if the state came from a version of the provider that had none.
func (c *Core) ForgetPrivate() { c.private = nil }

// Tainted reports whether a create failed and left a state.
func (c *Core) Tainted() bool { return c.tainted }

// Refresh reads the resource. A resource that no longer exists has no state afterwards.
func (c *Core) Refresh() Diagnostics {
	c.t.Helper()
	var diags Diagnostics
	if c.state.IsNull() {
		return diags
	}
	answer, err := c.process().ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: c.typeName, CurrentState: c.encode(c.object, c.state), Private: c.private, CurrentIdentity: c.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if diags.add(c.t, answer.Diagnostics); !diags.Failed() {
		c.state, c.private, c.identity = c.decode(answer.NewState), answer.Private, answer.NewIdentity
		c.tainted = c.tainted && !c.state.IsNull()
	}
	return diags
}

// Import imports the resource by its ID and reads it. An error leaves no state.
func (c *Core) Import(id string) Diagnostics {
	c.t.Helper()
	return c.importBy(&tfprotov6.ImportResourceStateRequest{ID: id})
}

// importBy imports by an ID or by an identity.
func (c *Core) importBy(request *tfprotov6.ImportResourceStateRequest) Diagnostics {
	c.t.Helper()
	c.startProvider()
	var diags Diagnostics
	request.TypeName = c.typeName
	answer, err := c.process().ImportResourceState(c.t.Context(), request)
	if err != nil {
		c.t.Fatal(err)
	}
	if diags.add(c.t, answer.Diagnostics); diags.Failed() {
		return diags
	}
	if len(answer.ImportedResources) != 1 {
		c.t.Fatalf("the import of %v answered %d resources", request, len(answer.ImportedResources))
	}
	imported := answer.ImportedResources[0]
	c.state, c.private, c.identity = c.decode(imported.State), imported.Private, imported.Identity
	if diags = c.Refresh(); diags.Failed() {
		c.state, c.private, c.identity = tftypes.NewValue(c.object, nil), nil, nil
	} else if c.state.IsNull() {
		diags.Errors = append(diags.Errors, "Cannot import non-existent remote object: the provider has found none")
	}
	return diags
}

// Plan validates the configuration, refreshes the resource and plans. After KeepProcess, it does not validate beforehand: a test
// does that with Validate, for all resources of the configuration.
func (c *Core) Plan(config map[string]any) Plan {
	c.t.Helper()
	c.startProvider()
	p := Plan{config: tfValue(c.t, c.object, config)}
	if !c.keepsProcess { // a process of its own, which is not configured, validates beforehand
		server := c.sandbox.serve()
		if p.add(c.t, c.validate(server, p.config)); p.Failed() {
			return p
		}
	}
	if diags := c.Refresh(); diags.Failed() {
		p.Diagnostics = diags
		return p
	}
	return c.planRefreshed(p)
}

// PlanOnly plans without a refresh, as Terraform does with -refresh=false.
func (c *Core) PlanOnly(config map[string]any) Plan {
	c.t.Helper()
	c.startProvider()
	return c.planRefreshed(Plan{config: tfValue(c.t, c.object, config)})
}

// planRefreshed plans what the state has.
func (c *Core) planRefreshed(p Plan) Plan {
	c.t.Helper()
	p.Action = ActionUpdate
	var replace bool
	if !c.tainted {
		replace = c.plan(&p, c.state, c.private) || c.replaces
	}
	switch {
	case p.Failed():
	case c.state.IsNull():
		p.Action = ActionCreate
	case replace, c.tainted:
		p.Action = ActionReplace
		c.planReplacement(&p)
	case p.planned.Equal(c.state):
		p.Action = ActionNone
	}
	p.Planned, _ = goValue(c.t, p.planned).(map[string]any)
	return p
}

// Validate validates a configuration, in which anything may be Unknown, in the process of the last command.
func (c *Core) Validate(config map[string]any) Diagnostics {
	c.t.Helper()
	var diags Diagnostics
	diags.add(c.t, c.validate(c.process(), tfValue(c.t, c.object, config)))
	return diags
}

func (c *Core) validate(server tfprotov6.ProviderServer, config tftypes.Value) []*tfprotov6.Diagnostic {
	c.t.Helper()
	validated, err := server.ValidateResourceConfig(c.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: c.typeName, Config: c.encode(c.object, config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return validated.Diagnostics
}

// plan validates the configuration once more, plans from a prior state, and reports whether the resource must be replaced.
func (c *Core) plan(p *Plan, prior tftypes.Value, private []byte) (replace bool) {
	c.t.Helper()
	if p.add(c.t, c.validate(c.process(), p.config)); p.Failed() {
		return false
	}
	config := c.withoutIgnored(p.config, prior)
	answer, err := c.process().PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.typeName, PriorState: c.encode(c.object, prior), PriorPrivate: private, Config: c.encode(c.object, config),
		ProposedNewState: c.encode(c.object, proposedNewState(c.t, c.schema.Attributes, c.object, prior, config)), PriorIdentity: c.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if p.add(c.t, answer.Diagnostics); p.Failed() {
		return false
	}
	p.planned, p.private = c.decode(answer.PlannedState), answer.PlannedPrivate
	for _, problem := range planViolations(c.t, c.schema.Attributes, prior, config, p.planned) {
		c.t.Errorf("Terraform would call the plan invalid: %s", problem)
	}
	return !prior.IsNull() && anyChanged(answer.RequiresReplace, prior, p.planned)
}

// planReplacement plans the new object of a replacement. Its prior state is null, its private state that of the first plan. Terraform
// shows the warnings of the first plan only. A tainted resource has no first plan, so its private state is lost.
func (c *Core) planReplacement(p *Plan) {
	c.t.Helper()
	fresh := Plan{config: p.config}
	c.plan(&fresh, tftypes.NewValue(c.object, nil), p.private)
	if fresh.Failed() || c.tainted {
		p.Diagnostics = fresh.Diagnostics
	}
	p.planned, p.private = fresh.planned, fresh.private
}

// withoutIgnored replaces the ignored attributes of a configuration by those of the prior state.
func (c *Core) withoutIgnored(config, prior tftypes.Value) tftypes.Value {
	c.t.Helper()
	written, ok := members(config)
	before, exists := members(prior)
	if !ok || !exists || len(c.IgnoreChanges) == 0 {
		return config
	}
	written = maps.Clone(written)
	for _, name := range c.IgnoreChanges {
		written[name] = before[name]
	}
	return tftypes.NewValue(c.object, written)
}

// Apply applies a plan, with the second plan that Terraform makes before it changes a resource. Terraform shows the warnings of both
// plans; Apply omits those that the first plan had.
func (c *Core) Apply(p Plan) Diagnostics {
	c.t.Helper()
	if p.Action == ActionNone {
		return Diagnostics{}
	}
	c.startProvider()
	if p.Action == ActionDestroy {
		return c.delete(p.private)
	}
	switch {
	case p.Action == ActionReplace && c.createFirst:
		return c.createThenDelete(p)
	case p.Action == ActionReplace: // the old object is deleted without a plan of its own
		if diags := c.delete(p.private); diags.Failed() {
			return diags
		}
	}
	return c.apply(p)
}

// createThenDelete applies a replacement with create_before_destroy.
func (c *Core) createThenDelete(p Plan) Diagnostics {
	c.t.Helper()
	deposed := *c
	c.state, c.private, c.identity, c.tainted = tftypes.NewValue(c.object, nil), nil, nil, false
	diags := c.apply(p)
	if diags.Failed() {
		return diags
	}
	deleted := deposed.delete(p.private)
	return Diagnostics{Errors: deleted.Errors, Warnings: append(diags.Warnings, deleted.Warnings...)}
}

// apply plans a second time, and creates or changes the object.
func (c *Core) apply(p Plan) Diagnostics {
	c.t.Helper()
	second := Plan{config: p.config}
	prior, private := c.state, c.private
	replace := c.plan(&second, prior, private)
	second.Warnings = slices.DeleteFunc(second.Warnings, func(text string) bool { return slices.Contains(p.Warnings, text) })
	diags := second.Diagnostics
	if diags.Failed() {
		return diags
	}
	if replace {
		c.t.Errorf("Terraform would speak of an inconsistent final plan: the %s has become a replacement", p.Action)
	}
	for _, problem := range inconsistencies(c.t, "", p.planned, second.planned) {
		c.t.Errorf("Terraform would speak of an inconsistent final plan: %s", problem)
	}
	if second.planned.Equal(prior) { // the unknown values have turned out to be those of the state
		return diags
	}
	answer, err := c.process().ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.typeName, PriorState: c.encode(c.object, prior), PlannedState: c.encode(c.object, second.planned),
		Config: c.encode(c.object, p.config), PlannedPrivate: second.private, PlannedIdentity: c.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	diags.add(c.t, answer.Diagnostics)
	state := c.decode(answer.NewState)
	if diags.Failed() && state.IsNull() { // Terraform keeps what it had
		return diags
	}
	c.state, c.private, c.identity = state, answer.Private, answer.NewIdentity
	c.tainted = diags.Failed() && prior.IsNull()
	switch {
	case state.IsNull():
		c.t.Errorf("after the %s there is no state", p.Action)
	case !state.IsFullyKnown():
		c.t.Errorf("after the apply something is still unknown: %s", state)
	}
	if !diags.Failed() {
		for _, problem := range inconsistencies(c.t, "", second.planned, state) {
			c.t.Errorf("Terraform would speak of an inconsistent result after apply: %s", problem)
		}
	}
	return diags
}

// Destroy plans and applies the deletion of the resource, without a refresh, as Terraform does with -refresh=false.
func (c *Core) Destroy() Diagnostics {
	c.t.Helper()
	if c.state.IsNull() {
		return Diagnostics{}
	}
	p := c.planDestroy()
	if p.Failed() {
		return p.Diagnostics
	}
	deleted := c.delete(p.private)
	return Diagnostics{Errors: deleted.Errors, Warnings: append(p.Warnings, deleted.Warnings...)}
}

// PlanDestroy refreshes the resource and plans its deletion.
func (c *Core) PlanDestroy() Plan {
	c.t.Helper()
	c.startProvider()
	if diags := c.Refresh(); diags.Failed() {
		return Plan{Diagnostics: diags}
	}
	if c.state.IsNull() {
		return Plan{Action: ActionNone}
	}
	return c.planDestroy()
}

func (c *Core) planDestroy() Plan {
	c.t.Helper()
	p := Plan{Action: ActionDestroy}
	none := c.encode(c.object, tftypes.NewValue(c.object, nil))
	planned, err := c.process().PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.typeName, PriorState: c.encode(c.object, c.state), PriorPrivate: c.private, PriorIdentity: c.identity,
		Config: none, ProposedNewState: none,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	p.add(c.t, planned.Diagnostics)
	p.private = planned.PlannedPrivate
	return p
}

// delete applies the deletion of the resource with the private state of a plan.
func (c *Core) delete(private []byte) Diagnostics {
	c.t.Helper()
	none := c.encode(c.object, tftypes.NewValue(c.object, nil))
	answer, err := c.process().ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.typeName, PriorState: c.encode(c.object, c.state), PlannedState: none, Config: none,
		PlannedPrivate: private, PlannedIdentity: c.identity,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	var diags Diagnostics
	diags.add(c.t, answer.Diagnostics)
	c.state, c.private = c.decode(answer.NewState), answer.Private
	if !diags.Failed() {
		c.private, c.identity, c.tainted = nil, nil, false
	}
	if diags.Failed() == c.state.IsNull() {
		c.t.Errorf("after the destroy the state is %s, with errors %v", c.state, diags.Errors)
	}
	return diags
}

func (c *Core) encode(object tftypes.Object, value tftypes.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(object, value)
	if err != nil {
		c.t.Fatal(err)
	}
	return &encoded
}

func (c *Core) decode(value *tfprotov6.DynamicValue) tftypes.Value {
	c.t.Helper()
	if value == nil {
		return tftypes.NewValue(c.object, nil)
	}
	decoded, err := value.Unmarshal(c.object)
	if err != nil {
		c.t.Fatal(err)
	}
	return normalizeNumbers(c.t, decoded)
}

func objectType(t testing.TB, typ tftypes.Type) tftypes.Object {
	t.Helper()
	object, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", typ)
	}
	return object
}
