package provider_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	schemaFile    = filepath.Join("testdata", "schema.json")
	changelogFile = filepath.Join("..", "..", "CHANGELOG.md")
)

// A change of the schema that breaks existing configurations fails here until the changelog names it under "Breaking". Any other change
// needs `make generate`, which writes the schema to compare with, unless that breaks something that the changelog does not name.
func TestSchemaBreaksNothingUnsaid(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(schemaFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var committed surface
	if err == nil {
		if err := json.Unmarshal(content, &committed); err != nil {
			t.Fatal(err)
		}
	}
	changelog, err := os.ReadFile(changelogFile)
	if err != nil {
		t.Fatal(err)
	}
	now := present(t)
	said := breakingSection(string(changelog))
	for _, broken := range breaks(committed, now) {
		if !named(said, broken.address) {
			t.Errorf("%s %s. If that is meant, say so in CHANGELOG.md under Unreleased, Breaking, with `%[1]s` in it.", broken.address, broken.how)
		}
	}
	switch {
	case t.Failed():
	case *update:
		writeJSON(t, schemaFile, now)
	default:
		if diff := cmp.Diff(committed, now); diff != "" {
			t.Errorf("the schema has changed; run `make generate` and commit %s (-committed +present):\n%s", schemaFile, diff)
		}
	}
}

// breakage is one way in which existing configurations break.
type breakage struct {
	// address is the type, followed by a dot and the path of the attribute unless it is about the whole type.
	address, how string
}

// breaks returns what worked before and no longer does.
func breaks(before, now surface) []breakage {
	var found []breakage
	for _, address := range slices.Sorted(maps.Keys(before)) {
		attributes, there := now[address]
		if !there {
			found = append(found, breakage{address, "no longer exists"})
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(before[address])) {
			is, there := attributes[path]
			for _, how := range breaksAttribute(before[address][path], is, there) {
				found = append(found, breakage{address + "." + path, how})
			}
		}
		for _, path := range slices.Sorted(maps.Keys(attributes)) {
			if _, had := before[address][path]; !had && attributes[path].Required && !newlyNested(before[address], path) {
				found = append(found, breakage{address + "." + path, "is new and required"})
			}
		}
	}
	return found
}

// newlyNested reports whether an attribute is inside of a new object, which existing configurations do not have.
func newlyNested(before map[string]attribute, path string) bool {
	dot := strings.LastIndexByte(path, '.')
	if dot < 0 {
		return false
	}
	_, had := before[path[:dot]]
	return !had
}

func breaksAttribute(was, is attribute, there bool) []string {
	if !there {
		return []string{"no longer exists"}
	}
	var how []string
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{was.Type != is.Type, "was of the type " + was.Type + " and is of " + is.Type},
		{!was.Required && is.Required, "has become required"},
		{(was.Required || was.Optional) && !is.Required && !is.Optional, "can no longer be set"},
		{was.Computed && !is.Computed, "is no longer computed"},
		{!was.Replaces && is.Replaces, "has begun to replace the resource"},
		{!was.WriteOnly && is.WriteOnly, "is no longer kept in the state"},
		{!was.Sensitive && is.Sensitive, "has become sensitive, which outputs of it have to say"},
	} {
		if rule.broken {
			how = append(how, rule.says)
		}
	}
	return how
}

var (
	unreleased = regexp.MustCompile(`(?ms)^## \[Unreleased\]$(.*?)(?:\n## |\z)`)
	breaking   = regexp.MustCompile(`(?ms)^### Breaking$(.*?)(?:\n###? |\z)`)
)

// breakingSection returns the section Breaking of the unreleased version in a changelog.
func breakingSection(changelog string) string {
	next := unreleased.FindStringSubmatch(changelog)
	if next == nil {
		return ""
	}
	section := breaking.FindStringSubmatch(next[1])
	if section == nil {
		return ""
	}
	return section[1]
}

// named reports whether the text has exactly this address in backticks. A type does not stand for its attributes.
func named(text, address string) bool { return strings.Contains(text, "`"+address+"`") }

func TestBreaks(t *testing.T) {
	t.Parallel()
	text, number := attribute{Type: "text", Optional: true, Computed: true}, attribute{Type: "number", Required: true}
	before := surface{"octomil_x": {"a": text, "b": number}, "data.octomil_y": {"c": text}}
	with := func(change func(*attribute)) attribute {
		changed := text
		change(&changed)
		return changed
	}
	for name, tc := range map[string]struct {
		now  surface
		want []breakage
	}{
		"nothing": {before, nil},
		"what is added": {surface{
			"octomil_x":      {"a": text, "b": number, "new": text, "object": {Type: "nested", Optional: true}, "object.must": number},
			"data.octomil_y": {"c": text}, "octomil_z": {"d": number},
		}, nil},
		"what is relaxed": {surface{"octomil_x": {"a": text, "b": {Type: "number", Optional: true, Computed: true}}, "data.octomil_y": {"c": text}}, nil},
		"a type":          {surface{"octomil_x": {"a": text, "b": number}}, []breakage{{"data.octomil_y", "no longer exists"}}},
		"an attribute":    {surface{"octomil_x": {"a": text}, "data.octomil_y": {"c": text}}, []breakage{{"octomil_x.b", "no longer exists"}}},
		"a new one that must be set": {
			surface{"octomil_x": {"a": text, "b": number, "new": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.new", "is new and required"}},
		},
		"its type": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.Type = "number" }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.a", "was of the type text and is of number"}},
		},
		"required": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.Required, p.Optional = true, false }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.a", "has become required"}},
		},
		"read-only": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.Optional = false }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.a", "can no longer be set"}},
		},
		"not computed": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.Computed = false }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.a", "is no longer computed"}},
		},
		"replacement": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.Replaces = true }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{{"octomil_x.a", "has begun to replace the resource"}},
		},
		"write-only and sensitive": {
			surface{"octomil_x": {"a": with(func(p *attribute) { p.WriteOnly, p.Sensitive = true, true }), "b": number}, "data.octomil_y": {"c": text}},
			[]breakage{
				{"octomil_x.a", "is no longer kept in the state"}, {"octomil_x.a", "has become sensitive, which outputs of it have to say"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, breaks(before, tc.now), cmp.AllowUnexported(breakage{})); diff != "" {
				t.Errorf("what breaks (-want +got):\n%s", diff)
			}
		})
	}
}

// Only plan modifiers tell which attributes replace a resource, so this checks that the surface reads them.
//
// CONTRACT.md 5.23
func TestSurfaceMarksReplacingAttributes(t *testing.T) {
	t.Parallel()
	now := present(t)
	if !now["octomil_device_group"]["group_type"].Replaces || now["octomil_device_group"]["name"].Replaces {
		t.Errorf("group_type replaces a group and its name does not; the surface says %+v", now["octomil_device_group"])
	}
	if now["octomil_device_group"]["rules.field"].Type == "" || !now["provider"]["api_key"].Sensitive {
		t.Error("the surface lacks nested attributes or the provider block")
	}
}

func TestBreakingSection(t *testing.T) {
	t.Parallel()
	const changelog = `# Changelog

## [Unreleased]

### Added

- ` + "`octomil_x.added`" + `

### Breaking

- ` + "`octomil_x.name`" + ` is required.

### Fixed

- ` + "`octomil_x.fixed`" + `

## [0.1.0] - 2026-11-01

### Breaking

- ` + "`octomil_x.old`" + `
`
	said := breakingSection(changelog)
	for address, want := range map[string]bool{
		"octomil_x.name": true, "octomil_x": false, "octomil_x.added": false, "octomil_x.fixed": false, "octomil_x.old": false, "octomil_x.nam": false,
	} {
		if named(said, address) != want {
			t.Errorf("%s is named: %t, in %q", address, !want, said)
		}
	}
	if got := breakingSection("# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n\n### Breaking\n\n- x\n"); got != "" {
		t.Errorf("an old section counts: %q", got)
	}
}
