package fleet

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// word is a generator of its own for each who draws: one that is shared writes its name on first use, which tests that run side by
// side must not see.
func word() *rapid.Generator[string] { return rapid.StringMatching(`[a-z]{1,4}`) }

// anyRule fits the table of fields and operators.
func anyRule(rt *rapid.T) control.Rule {
	f := rapid.SampledFrom(ruleFields).Draw(rt, "field")
	r := control.Rule{Field: f.name, Operator: rapid.SampledFrom(f.operators).Draw(rt, "operator")}
	switch {
	case r.Operator == operatorIn:
		r.Value = strings.Join(rapid.SliceOfN(word(), 1, 3).Draw(rt, "words"), ",")
	case f.kind == kindVersion:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}`).Draw(rt, "version")
	case f.kind == kindNumber:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,2})?`).Draw(rt, "number")
	case f.kind == kindBool:
		r.Value = rapid.SampledFrom([]string{"true", "false"}).Draw(rt, "truth")
	default:
		r.Value = word().Draw(rt, "text")
	}
	return r
}

// anyGroup is a configuration in which each optional attribute is null, empty or set.
func anyGroup(rt *rapid.T) groupModel {
	how := func(name string) string { return rapid.SampledFrom([]string{"null", "empty", "set"}).Draw(rt, name) }
	m := emptyModel()
	m.Name = types.StringValue(word().Draw(rt, "name"))
	m.GroupType = types.StringValue(rapid.SampledFrom([]string{control.GroupStatic, control.GroupDynamic, control.GroupHybrid}).Draw(rt, "type"))
	switch how("description") {
	case "empty":
		m.Description = types.StringValue("")
	case "set":
		m.Description = types.StringValue(word().Draw(rt, "description"))
	}
	switch how("tags") {
	case "empty":
		m.Tags = tagSet()
	case "set":
		m.Tags = tagSet(rapid.SliceOfNDistinct(word(), 1, 3, rapid.ID).Draw(rt, "tags")...)
	}
	switch how("rules") {
	case "empty":
		m.Rules = ruleList()
	case "set":
		m.Rules = ruleList(rapid.SliceOfN(rapid.Custom(anyRule), 1, 3).Draw(rt, "rules")...)
	}
	return m
}

// kept is what a server makes of what it was sent: it may keep nothing for empty and empty for nothing, another order and other
// spellings.
func kept(rt *rapid.T, sent control.GroupSettings) control.Group {
	g := control.Group{ID: "grp_1", OrgID: "demo", Name: sent.Name, Type: sent.Type, Description: sent.Description}
	if g.Description == nil || *g.Description == "" {
		g.Description = rapid.SampledFrom([]*string{nil, new(string)}).Draw(rt, "no description")
	}
	if g.Tags = rapid.Permutation(slices.Clone(sent.Tags)).Draw(rt, "order of the tags"); len(g.Tags) == 0 {
		g.Tags = rapid.SampledFrom([][]string{nil, {}}).Draw(rt, "no tags")
	}
	if g.Rules = rapid.Permutation(slices.Clone(sent.Rules)).Draw(rt, "order of the rules"); len(g.Rules) == 0 {
		g.Rules = rapid.SampledFrom([][]control.Rule{nil, {}}).Draw(rt, "no rules")
	}
	if rapid.Bool().Draw(rt, "in the server's spelling") {
		for i := range g.Rules {
			g.Rules[i] = meaning(g.Rules[i])
		}
	}
	return g
}

// What a create or an update has sent comes back as the configuration has it: null stays null, empty stays empty.
func TestGroupComesBackAsConfigured(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := anyGroup(rt)
		var diags diag.Diagnostics
		sent := m.creation(t.Context(), &diags)
		for name, absent := range map[string]bool{
			"description": m.Description.IsNull() != (sent.Description == nil), "tags": m.Tags.IsNull() != (sent.Tags == nil),
			"rules": m.Rules.IsNull() != (sent.Rules == nil),
		} {
			if absent {
				rt.Errorf("the create does not tell null from set in %s", name)
			}
		}
		if rapid.Bool().Draw(rt, "update") {
			sent = m.update(t.Context(), &diags)
			if sent.Description == nil || sent.Tags == nil || sent.Rules == nil && sent.Type != control.GroupStatic {
				rt.Errorf("the update leaves something as it is: %+v", sent)
			}
		}
		got := m
		if got.read(t.Context(), kept(rt, sent), "demo", &diags); diags.HasError() {
			rt.Error(diags)
		}
		got.ID, got.OrgID = m.ID, m.OrgID
		if diff := cmp.Diff(m, got); diff != "" {
			rt.Errorf("as configured (-), and as read (+):\n%s", diff)
		}
	})
}

// Reading twice is reading once, whatever was there before, and leaves nothing unknown.
func TestReadOfAGroupIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m, other := anyGroup(rt), anyGroup(rt)
		if rapid.Bool().Draw(rt, "unknown before") {
			m.Description, m.Tags, m.Rules = types.StringUnknown(), types.SetUnknown(types.StringType), types.ListUnknown(ruleType)
		}
		var diags diag.Diagnostics
		g := kept(rt, other.creation(t.Context(), &diags))
		m.read(t.Context(), g, "demo", &diags)
		twice := m
		if twice.read(t.Context(), g, "demo", &diags); diags.HasError() {
			rt.Error(diags)
		}
		if diff := cmp.Diff(m, twice); diff != "" {
			rt.Errorf("read once (-) and twice (+):\n%s", diff)
		}
		if m.Description.IsUnknown() || m.Tags.IsUnknown() || m.Rules.IsUnknown() {
			rt.Errorf("still unknown: %+v", m)
		}
	})
}

// anyDevices are distinct; some have an identifier, which may be another one's id.
func anyDevices(rt *rapid.T) []control.Device {
	var devices []control.Device
	for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{1,2}`), 0, 6, rapid.ID).Draw(rt, "ids") {
		devices = append(devices, control.Device{ID: id})
	}
	for i, identifier := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{1,2}`), 0, len(devices), rapid.ID).Draw(rt, "identifiers") {
		devices[i].Identifier = identifier
	}
	return devices
}

// Whatever the configuration calls the devices: once the changes are made the membership is the wanted one, in its spelling.
func TestMembershipConverges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		fleet := newRoster(anyDevices(rt))
		have := newRoster(slices.DeleteFunc(slices.Clone(fleet.devices), func(control.Device) bool { return rapid.Bool().Draw(rt, "no member") }))
		var wanted []string
		for _, d := range fleet.devices {
			spelling := rapid.SampledFrom([]string{"", d.ID, d.Identifier}).Draw(rt, "spelling of "+d.ID)
			if i, found := fleet.find(spelling); found && fleet.devices[i].ID == d.ID {
				wanted = append(wanted, spelling)
			}
		}
		// An identifier that is another device's id means that other one as soon as it is a member; the server decides which.
		if slices.ContainsFunc(fleet.devices, func(d control.Device) bool {
			_, taken := fleet.byID[d.Identifier]
			return taken && d.Identifier != d.ID
		}) {
			return
		}
		due := have.changesTo(wanted)
		after := slices.DeleteFunc(slices.Clone(have.devices), func(d control.Device) bool { return slices.Contains(due.remove, d.ID) })
		for _, spelling := range due.add {
			i, found := fleet.find(spelling)
			if !found || slices.ContainsFunc(after, func(d control.Device) bool { return d.ID == fleet.devices[i].ID }) {
				rt.Errorf("%q is added, which is no device or a member", spelling)
				continue
			}
			after = append(after, fleet.devices[i])
		}
		reached := newRoster(after)
		if left := reached.changesTo(wanted); !left.none() {
			rt.Errorf("after %+v there is still %+v to do", due, left)
		}
		var m membersModel
		var diags diag.Diagnostics
		m.GroupID = types.StringValue("grp_1")
		if others := m.set(t.Context(), reached, wanted, &diags); len(others) > 0 || diags.HasError() {
			rt.Errorf("%v were not wanted, %v", others, diags)
		}
		if got := m.wanted(t.Context(), &diags); !slices.Equal(got, wanted) || m.DeviceIDs.IsNull() {
			rt.Errorf("%q are wanted, and the state has %q", wanted, got)
		}
	})
}

// Every member is spelled once; what the state spells and the same in another order and by aliases is no change.
func TestSpellingIsTheMembership(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		have := newRoster(anyDevices(rt))
		prior := rapid.SliceOf(rapid.StringMatching(`[a-d]{1,2}`)).Draw(rt, "prior")
		spelled, others := have.spell(prior)
		if len(spelled) != len(have.devices) {
			rt.Errorf("%d devices are spelled %q", len(have.devices), spelled)
		}
		if again, _ := have.spell(spelled); !slices.Equal(again, spelled) {
			rt.Errorf("%q is spelled %q the second time", spelled, again)
		}
		shuffled := rapid.Permutation(slices.Clone(spelled)).Draw(rt, "order")
		if !others.same(spelled, shuffled) {
			rt.Errorf("%q and %q are not the same", spelled, shuffled)
		}
		if len(spelled) > 0 && others.same(spelled, spelled[1:]) {
			rt.Errorf("%q and %q are the same", spelled, spelled[1:])
		}
	})
}

// A rule has one meaning, which means itself, and the validation takes it as it takes the rule.
func FuzzRuleMeaning(f *testing.F) {
	for _, r := range []control.Rule{
		{Field: "platform", Operator: "in", Value: "ios, android"}, {Field: "os_version", Operator: "gte", Value: "17"},
		{Field: "ram_gb", Operator: "gte", Value: "8.0"}, {Field: "gpu_available", Operator: "eq", Value: "True"},
		{Field: "ram_gb", Operator: "lt", Value: "0x10p0"}, {Field: "ram_gb", Operator: "lt", Value: "1e400"}, {Field: "locale", Operator: "eq", Value: " "},
		{Field: "os_version", Operator: "eq", Value: "v1.2.3.4-rc.1+build"}, {Field: "none", Operator: "none", Value: ""},
	} {
		f.Add(r.Field, r.Operator, r.Value, r.Value+" ")
	}
	f.Fuzz(func(t *testing.T, field, operator, value, other string) {
		a := control.Rule{Field: field, Operator: operator, Value: value}
		b := control.Rule{Field: field, Operator: operator, Value: other}
		if once := meaning(a); meaning(once) != once {
			t.Errorf("%q means %q, and that %q", value, once.Value, meaning(once).Value)
		}
		if !sameRules([]control.Rule{a, b}, []control.Rule{b, a}) || sameRules([]control.Rule{a}, []control.Rule{a, a}) {
			t.Errorf("%v and %v in another order are not the same, or one is taken for two", a, b)
		}
		if sameRules([]control.Rule{a}, []control.Rule{b}) != sameRules([]control.Rule{b}, []control.Rule{a}) {
			t.Errorf("%v and %v are the same in one direction only", a, b)
		}
		if known, ok := fieldNamed(field); ok {
			wrong := known.accepts(operator, value)
			if wrong == "" && known.accepts(operator, meaning(a).Value) != "" {
				t.Errorf("%q is right and its meaning %q %s", value, meaning(a).Value, known.accepts(operator, meaning(a).Value))
			}
			if wrong == "" && known.kind == kindNumber && strings.ContainsAny(value, "xXpP_") {
				t.Errorf("%q is taken for a number, and is none that servers read", value)
			}
		}
	})
}

// The validation judges a rule: it finds nothing, or says on which part of it what is wrong; what is not known yet is not judged.
func FuzzRuleValidation(f *testing.F) {
	f.Add("platform", "in", "ios,android", 0)
	f.Add("ram_gb", "gte", "much", 0)
	f.Add("ram_gb", "in", "", 4)
	f.Add("memory", "eq", "8", 1)
	f.Fuzz(func(t *testing.T, field, operator, value string, unknown int) {
		rule := ruleModel{Field: types.StringValue(field), Operator: types.StringValue(operator), Value: types.StringValue(value)}
		for bit, part := range []*types.String{&rule.Field, &rule.Operator, &rule.Value} {
			if unknown&(1<<bit) != 0 {
				*part = types.StringUnknown()
			}
		}
		at := path.Root("rules").AtListIndex(0)
		var diags diag.Diagnostics
		checkRule(at, rule, &diags)
		if len(diags) > 1 {
			t.Errorf("one rule has %d problems: %v", len(diags), diags)
		}
		for _, d := range diags {
			where, ok := d.(diag.DiagnosticWithPath)
			if !ok || where.Path().ParentPath().String() != at.String() {
				t.Fatalf("a problem is nowhere: %v", d)
			}
			for name, part := range map[string]types.String{"field": rule.Field, "operator": rule.Operator, "value": rule.Value} {
				if where.Path().Equal(at.AtName(name)) && part.IsUnknown() {
					t.Errorf("the %s is judged before it is known", name)
				}
			}
		}
		known, exists := fieldNamed(field)
		valid := exists && slices.Contains(known.operators, operator) && known.accepts(operator, value) == ""
		if unknown&7 == 0 && valid != (len(diags) == 0) {
			t.Errorf("%s %s %q is valid: %t; the problems: %v", field, operator, value, valid, diags)
		}
	})
}
