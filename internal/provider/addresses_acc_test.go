package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// A resource that is renamed in the configuration without a `moved` block is destroyed under its old address and created under its new
// one, in any order and at the same time. Whatever the order, in the end the server has what the configuration says.
func TestAddressesRenamed(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		for _, createFirst := range []bool{true, false} {
			for _, planFirst := range []bool{true, false} {
				name := fmt.Sprintf("%s/planned first %t/applied first %t", l.name, planFirst, createFirst)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { renameAddress(t, l.lifecycle, planFirst, createFirst) })
				})
			}
		}
	}
}

func renameAddress(t *testing.T, l lifecycle, planFirst, createFirst bool) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t), l)
	walk := s.core
	old, renamed := walk.Beside(l.typeName), walk.Beside(l.typeName)
	walk.Begin()
	created := old.Plan(s.create)
	walk.Begin()
	s.must(old.Apply(created))
	s.sb.Settle()
	want := s.left(t, s.sb)

	walk.Begin()
	var destroy, create acctest.Plan
	inOrder(planFirst, func() { create = renamed.Plan(s.create) }, func() { destroy = old.PlanDestroy() })
	said := strings.Join(append(create.Warnings, destroy.Warnings...), "\n")
	if create.Failed() || destroy.Failed() || !strings.Contains(said, "`moved` block") {
		t.Fatalf("the plans say %v, %v, %s", create.Errors, destroy.Errors, said)
	}
	walk.Begin()
	var deleted, applied acctest.Diagnostics
	done := make(chan struct{}, 2)
	inOrder(createFirst, func() {
		go func() { applied = renamed.Apply(create); done <- struct{}{} }()
	}, func() {
		go func() { deleted = old.Apply(destroy); done <- struct{}{} }()
	})
	<-done
	<-done
	s.must(deleted)
	s.must(applied)
	s.sb.Settle()
	// With on_destroy = "keep", the old experiment remains beside the new one.
	if diff := cmp.Diff(want, s.left(t, s.sb)); diff != "" && l.typeName != "octomil_experiment" {
		t.Errorf("what the server holds (-before +after the rename):\n%s", diff)
	}
	walk.Begin()
	if after := renamed.Plan(s.create); after.Failed() || after.Action != acctest.ActionNone {
		t.Errorf("the plan after it is %s: %v", after.Action, after.Errors)
	}
}

// inOrder runs two functions, with a pause between them.
func inOrder(firstFirst bool, first, second func()) {
	if !firstFirst {
		first, second = second, first
	}
	first()
	time.Sleep(10 * time.Millisecond)
	second()
}

// Whichever comes first in a replacement, the deletion or the create, the server has what the configuration says in the end.
func TestAddressesReplaced(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		for _, createFirst := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/create first %t", l.name, createFirst), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { replaceAddress(t, l.lifecycle, createFirst) })
			})
		}
	}
}

func replaceAddress(t *testing.T, l lifecycle, createFirst bool) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t), l)
	s.must(s.apply(s.create))
	s.sb.Settle()
	want := s.left(t, s.sb)
	s.core.ForceReplace(createFirst)
	if said := s.apply(s.create); said.Failed() {
		// Without a deletion before it, an object cannot get a name that is taken. Nothing has changed then.
		if !createFirst || !strings.Contains(strings.Join(said.Errors, ""), "terraform import") {
			t.Fatal(said.Errors)
		}
	}
	s.sb.Settle()
	if diff := cmp.Diff(want, s.left(t, s.sb)); diff != "" && l.typeName != "octomil_experiment" {
		t.Errorf("what the server holds (-before +after the replacement):\n%s", diff)
	}
}

// A destroy of one of two resources that manage the same object leaves the object to the other one, or is refused.
func TestAddressesOfOneObject(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		if l.importID == "" {
			continue
		}
		for _, planFirst := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/planned first %t", l.name, planFirst), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { destroyOneOfTwo(t, l.lifecycle, planFirst) })
			})
		}
	}
}

func destroyOneOfTwo(t *testing.T, l lifecycle, planFirst bool) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t), l)
	s.must(s.apply(s.create))
	s.sb.Settle()
	walk := s.core
	one, two := walk.Beside(l.typeName), walk.Beside(l.typeName)
	for _, c := range []*acctest.Core{one, two} {
		walk.Begin()
		s.must(c.Import(s.importID))
	}
	want := s.left(t, s.sb)
	walk.Begin()
	s.must(two.Refresh())
	var kept, destroy acctest.Plan
	inOrder(planFirst, func() { kept = two.PlanOnly(s.create) }, func() { destroy = one.PlanDestroy() })
	if kept.Failed() {
		if planFirst || !strings.Contains(strings.Join(kept.Errors, ""), "`removed` block") {
			t.Errorf("the plan says %v", kept.Errors)
		}
		return
	}
	if destroy.Failed() || kept.Action == acctest.ActionReplace { // it is protected, or another object takes its place
		return
	}
	walk.Begin()
	s.must(one.Apply(destroy))
	if diff := cmp.Diff(want, s.left(t, s.sb)); diff != "" {
		t.Errorf("what the server holds (-before +after the destroy):\n%s", diff)
	}
}

// Two resources that configure one object differently are an error of the plan, on the attribute in which they differ. Those that
// configure different objects, or different settings of one organization, are not.
func TestAddressesThatDisagree(t *testing.T) {
	t.Parallel()
	same := map[string]bool{ // whether create and update configure one object, by type
		"octomil_model_version": true, "octomil_model_deployment": true, "octomil_rollback_policy": true, "octomil_org_settings": true,
		"octomil_device": true, "octomil_device_group": true, "octomil_device_group_members": true, "octomil_model": true,
		"octomil_org_member": true, "octomil_federation": true,
		"octomil_api_key": false, "octomil_experiment": false, "octomil_metrics_integration": false, "octomil_log_integration": false,
	}
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
				walk := s.core
				one, two := walk.Beside(l.typeName), walk.Beside(l.typeName)
				walk.Begin()
				s.must(one.Plan(s.create).Diagnostics)
				text := strings.Join(two.Plan(s.update).Errors, "\n")
				if got := strings.Contains(text, "Two resources "); got != (same[l.typeName] && disagree(s.create, s.update)) {
					t.Errorf("the second plan says %q", text)
				}
				walk.Begin()
				s.must(one.Plan(s.create).Diagnostics)
				s.must(two.Plan(s.create).Diagnostics)
			})
		})
	}
}

// disagree is true if two configurations of an object with one name set an attribute that the server knows to different values.
func disagree(one, two map[string]any) bool {
	if one["name"] != two["name"] && two["device_identifier"] == nil || one["email"] != two["email"] {
		return false
	}
	for name, value := range one {
		other, ok := two[name]
		if ok && !slices.Contains([]string{"on_destroy", "deletion_protection", "source"}, name) && !cmp.Equal(value, other) {
			return true
		}
	}
	return false
}
