package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// Variant is a way in which servers may differ whatever their dialect (CONTRACT.md, section 8).
type Variant string

const (
	// WrappedLists puts every list that is not paged into an object, under its key.
	WrappedLists Variant = "wrapped-lists"
	// SingleAssignment gives devices one `assignment`, an object, instead of the list `assignments`.
	SingleAssignment Variant = "single-assignment"
	// ActiveVersions makes new versions `active` at once; they need no publish.
	ActiveVersions Variant = "active-versions"
	// UploadCreatesModel creates the model of an upload whose model name is unknown.
	UploadCreatesModel Variant = "upload-creates-model"
	// RequireOrg rejects the lists of devices and device groups without `org_id`.
	RequireOrg Variant = "require-org"
	// ConcurrentRollouts allows several open rollouts of a model.
	ConcurrentRollouts Variant = "concurrent-rollouts"
)

// Variants returns all variants.
func Variants() []Variant {
	return []Variant{WrappedLists, SingleAssignment, ActiveVersions, UploadCreatesModel, RequireOrg, ConcurrentRollouts}
}

func joinVariants() string {
	names := make([]string, len(Variants()))
	for i, v := range Variants() {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// parseVariants reads a comma-separated list of variants.
func parseVariants(list string) ([]Variant, error) {
	var found []Variant
	for name := range strings.SplitSeq(list, ",") {
		v := Variant(strings.TrimSpace(name))
		switch {
		case v == "":
		case !slices.Contains(Variants(), v):
			return nil, fmt.Errorf("sandbox: --variants has no %q; there are %s", v, joinVariants())
		default:
			found = append(found, v)
		}
	}
	return found, nil
}

// checkOrg rejects a call without `org_id` in a variant.
func (a *api) checkOrg(c *call) error {
	if !a.world.has(RequireOrg) || c.query("org_id") != "" {
		return nil
	}
	err := invalid("org_id", "org_id is required")
	err.inQuery = true
	return err
}

// has reports whether the server has a variant.
func (w *world) has(v Variant) bool { return slices.Contains(w.variants, v) }
