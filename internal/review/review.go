package review

import (
	"fmt"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// reviewPlan makes the report of a plan.
func reviewPlan(p *plan) *Report {
	r := &Report{Operations: []Operation{}, Findings: []Finding{}, Drift: []Drifted{}, Failed: []string{}, Errored: p.Errored}
	for _, c := range p.ResourceChanges {
		switch {
		case !changes(c):
		case !isOurs(c):
			r.OtherChanges++
		default:
			r.addChange(p, c)
		}
	}
	for _, a := range p.ActionInvocations {
		if a != nil && strings.HasPrefix(a.Type, typePrefix) && !changesNoDevice(a.Type) {
			r.Operations = append(r.Operations, actionOperation(a))
		}
	}
	for _, d := range p.DeferredChanges {
		if d != nil && d.ResourceChange != nil && isOurs(d.ResourceChange) {
			r.Findings = append(r.Findings, Finding{
				Kind: kindUnknown, Address: d.ResourceChange.Address, Text: "is deferred: what it does is known in a later plan only",
			})
			if change := d.ResourceChange.Change; change != nil && d.ResourceChange.Type == typeDeployment {
				r.Operations = append(r.Operations, Operation{
					Scope: scopeOf(after(change)), Address: d.ResourceChange.Address, Kind: opUnknown, To: after(change).at("version").optionalText(),
				})
			}
		}
	}
	for _, c := range p.ResourceDrift {
		if isOurs(c) && !c.Change.Actions.NoOp() {
			r.Drift = append(r.Drift, driftOf(c))
		}
	}
	for _, op := range r.Operations {
		if op.Devices == nil {
			r.UnknownDevices++
			continue
		}
		r.Devices += *op.Devices
	}
	return r
}

// addChange adds what a change of one of the provider's objects does.
func (r *Report) addChange(p *plan, c *tfjson.ResourceChange) {
	from, to, actions := before(c.Change), after(c.Change), c.Change.Actions
	var operations []Operation
	if c.Type == typeDeployment {
		operations = p.operations(c)
		r.Operations = append(r.Operations, operations...)
	}
	switch {
	case deletes(actions):
		r.Findings = append(r.Findings, Finding{Kind: kindDestroy, Address: c.Address, Text: destroyText(c, from, operations)})
	case forgets(actions):
		r.Findings = append(r.Findings, Finding{
			Kind: kindForget, Address: c.Address, Text: "is removed from the state and stays as it is on the server",
		})
	}
	if (deletes(actions) || forgets(actions)) && !creates(actions) {
		r.addGivenUp(c, from)
		return
	}
	created := from.raw == nil
	r.Findings = append(r.Findings, loosened(c.Address, c.Type, from, to, created)...)
	switch c.Type {
	case typeGroup:
		r.Findings = append(r.Findings, rulesChanged(c.Address, from, to, created)...)
	case typeMembers:
		r.Findings = append(r.Findings, membersLost(c.Address, from, to, created)...)
	case typeKey:
		r.Findings = append(r.Findings, scopesGained(c.Address, from, to, created)...)
	case typeMember:
		r.Findings = append(r.Findings, roleGained(c.Address, from, to, created)...)
	case typeVersion:
		r.Findings = append(r.Findings, nowDeprecated(c.Address, from, to)...)
	case typeDeployment:
		r.Findings = append(r.Findings, p.deploysDeprecated(c.Address, to, operations)...)
		r.Findings = append(r.Findings, deploysRolledBack(c.Address, from, to, operations)...)
	}
}

// addGivenUp adds what a resource no longer guards once it is deleted or forgotten.
func (r *Report) addGivenUp(c *tfjson.ResourceChange, from value) {
	switch c.Type {
	case typePolicy, typeSettings:
		text := "the settings that it manages go back to the values that they had before"
		if forgets(c.Change.Actions) {
			text = "Terraform no longer holds the settings"
		}
		r.Findings = append(r.Findings, Finding{Kind: kindLoosened, Address: c.Address, Text: text})
	case typeMembers:
		if deletes(c.Change.Actions) {
			r.Findings = append(r.Findings, membersLost(c.Address, from, value{}, false)...)
		}
	}
}

// destroyText says what becomes of an object that is deleted.
func destroyText(c *tfjson.ResourceChange, from value, operations []Operation) string {
	text := "is deleted"
	if creates(c.Change.Actions) {
		text = "is deleted and created again"
		if causes := replaceCauses(c.Change); causes != "" {
			text += ", because of " + causes
		}
	}
	switch {
	case c.Type == typeVersion && from.at("on_destroy").str() == onDestroyKeep:
		text += "; the version itself stays on the server, because `on_destroy` is `\"keep\"`"
	case c.Type == typeDeployment && len(operations) > 0 && operations[0].Kind == opRollback && from.at("on_destroy").str() == onDestroyRollback:
		text += "; its destroy rolls the devices back"
		if to := operations[0].To; to != "" {
			text += " to " + quoted(to)
		}
	case c.Type == typeDeployment && len(operations) > 0 && operations[0].Kind == opCancel:
		text += "; its destroy cancels the rollout"
	case c.Type == typeDeployment:
		text += "; the devices are left as they are"
	case c.Type == typeModel:
		text += ", with all its versions"
	}
	return text
}

// replaceCauses is the attributes that force a replacement.
func replaceCauses(c *tfjson.Change) string {
	var names []string
	for _, path := range c.ReplacePaths {
		steps, _ := path.([]any) // a path is a list
		if len(steps) > 0 {
			if name, ok := steps[0].(string); ok && !slices.Contains(names, "`"+name+"`") {
				names = append(names, "`"+name+"`")
			}
		}
	}
	return strings.Join(names, ", ")
}

// unsure is the finding of an attribute whose new value is not known.
func unsure(address, attribute, text string) []Finding {
	return []Finding{{Kind: kindUnknown, Address: address, Attribute: attribute, After: unknownText, Text: text}}
}

// listed is details for a reader, without those that are sensitive.
func listed(texts []string, of ...value) []string {
	if slices.ContainsFunc(of, value.hasSensitive) {
		return []string{sensitiveText}
	}
	return texts
}

// membersLost finds the devices that leave a group.
func membersLost(address string, from, to value, created bool) []Finding {
	attribute := "device_ids"
	if from.at(attribute).isNull() && !from.at("devices").isNull() {
		attribute = "devices"
	}
	was, now := from.at(attribute), slices.Concat(to.at("device_ids").list(), to.at("devices").list())
	switch lost := without(was.list(), now); {
	case created:
		return nil
	case to.at("device_ids").hasUnknown() || to.at("devices").hasUnknown():
		return unsure(address, attribute, "devices may leave the group: the new list is not known before the apply")
	case len(lost) > 0:
		return []Finding{{
			Kind: kindMembers, Address: address, Attribute: attribute, Details: listed(lost, was),
			Text: fmt.Sprintf("%d of %s %s the group", len(lost), counted(len(was.list()), "device"), leave(len(lost))),
		}}
	default:
		return nil
	}
}

func leave(n int) string {
	if n == 1 {
		return "leaves"
	}
	return "leave"
}

// rulesChanged finds that a group selects its members otherwise.
func rulesChanged(address string, from, to value, created bool) []Finding {
	const attribute = "rules"
	was, now := from.at(attribute), to.at(attribute)
	switch {
	case created || same(was, now):
		return nil
	case now.hasUnknown():
		return unsure(address, attribute, "the rules may change: they are not known before the apply")
	}
	return []Finding{{
		Kind: kindMembers, Address: address, Attribute: attribute, Before: was.text(), After: now.text(), Text: "other devices are selected by the rules",
	}}
}

// scopesGained finds what a key may do that it could not do before. A new key gains all its scopes.
func scopesGained(address string, from, to value, created bool) []Finding {
	const attribute = "scopes"
	was, now := from.at(attribute), to.at(attribute)
	gained := without(now.list(), was.list())
	switch {
	case now.hasUnknown():
		return unsure(address, attribute, "the key may gain scopes: they are not known before the apply")
	case len(gained) == 0:
		return nil
	}
	text := "the key gains " + counted(len(gained), "scope")
	if created {
		text = "a new key with " + counted(len(gained), "scope")
	}
	return []Finding{{Kind: kindAccess, Address: address, Attribute: attribute, Text: text, Details: listed(gained, now, was)}}
}

// roles go from the least to the most powerful.
var roles = []string{"", "member", "admin", "owner"}

// roleGained finds a member who is invited as more than a member, or gets a more powerful role.
func roleGained(address string, from, to value, created bool) []Finding {
	const attribute = "role"
	was, now := from.at(attribute), to.at(attribute)
	rank := slices.Index(roles, now.str())
	switch {
	case now.hasUnknown():
		return unsure(address, attribute, "the role is not known before the apply")
	case rank >= 0 && (rank <= slices.Index(roles, was.str()) || created && rank < 2), same(was, now):
		return nil
	case created:
		return []Finding{{Kind: kindAccess, Address: address, Attribute: attribute, After: now.text(), Text: "somebody is invited with this role"}}
	}
	return []Finding{{
		Kind: kindAccess, Address: address, Attribute: attribute, Before: was.text(), After: now.text(), Text: "a member gets this role",
	}}
}

// statusDeprecated is the status of a version that should no longer be rolled out.
const statusDeprecated = "deprecated"

func isDeprecated(version value) bool {
	return version.at("deprecated").isTrue() || version.at("status").str() == statusDeprecated
}

func nowDeprecated(address string, from, to value) []Finding {
	if isDeprecated(from) || !isDeprecated(to) {
		return nil
	}
	return []Finding{{
		Kind: kindDeprecated, Address: address, Text: fmt.Sprintf("version %s is deprecated, which cannot be undone", quoted(to.at("version").text())),
	}}
}

// deploysDeprecated finds a deployment of a version that is deprecated after the apply, as far as the plan has it.
func (p *plan) deploysDeprecated(address string, to value, operations []Operation) []Finding {
	if len(operations) == 0 || to.at("model_id").str() == "" && to.at("model").str() == "" {
		return nil
	}
	for _, v := range p.deprecated {
		if !same(v.at("version"), to.at("version")) {
			continue
		}
		if model := v.at("model_id").str(); model != "" && (model == to.at("model_id").str() || model == to.at("model").str()) {
			return []Finding{{
				Kind: kindDeprecated, Address: address, Attribute: "version", After: to.at("version").text(), Text: "the deployed version is deprecated",
			}}
		}
	}
	return nil
}

// deploysRolledBack finds a deployment of the version that was rolled back last.
func deploysRolledBack(address string, from, to value, operations []Operation) []Finding {
	info := rolledBackOf(from)
	if info == nil || len(operations) == 0 || !same(from.at("rolled_back", "version"), to.at("version")) {
		return nil
	}
	return []Finding{{Kind: kindRedeploy, Address: address, Text: info.sentence() + "; the plan deploys it again"}}
}

// driftOf is what the refresh has found.
func driftOf(c *tfjson.ResourceChange) Drifted {
	from, to := before(c.Change), after(c.Change)
	d := Drifted{Address: c.Address, Action: "update"}
	if deletes(c.Change.Actions) {
		d.Action = "delete"
		return d
	}
	for _, name := range attributeNames(from, to) {
		if !same(from.at(name), to.at(name)) && name != "last_operation" && name != "rolled_back" {
			d.Changes = append(d.Changes, Attribute{Name: name, Before: from.at(name).text(), After: to.at(name).text()})
		}
	}
	if c.Type == typeDeployment && !same(from.at("rolled_back"), to.at("rolled_back")) {
		d.RolledBack = rolledBackOf(to)
	}
	return d
}

// attributeNames is the names of the attributes of two objects, sorted.
func attributeNames(objects ...value) []string {
	var names []string
	for _, v := range objects {
		object, _ := v.raw.(map[string]any) // null has no attributes
		for name := range object {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
