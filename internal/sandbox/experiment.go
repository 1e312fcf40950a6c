package sandbox

import (
	"maps"
	"math"
	"slices"
	"time"
)

// The statuses of an experiment in addition to draft, paused and completed (CONTRACT.md, section 7).
const (
	running   = "running"
	cancelled = "cancelled"
)

// experiment compares versions of a model on parts of the fleet. The sandbox stores it, but it does not change what devices
// run.
type experiment struct {
	id, name, primaryMetric, status string
	description                     *string
	model                           *model
	// traffic is the percentage of devices that take part, confidence a probability.
	traffic, confidence float64
	minSample           int
	variants            []*variant
	targets             []*group

	created, updated, started, ended time.Time
}

type variant struct {
	id, name, version string
	allocation        float64
	control           bool
}

// open reports whether an experiment can still change.
func (e *experiment) open() bool { return e.status != completed && e.status != cancelled }

// checkOpen rejects a change of an ended experiment.
func (e *experiment) checkOpen() error {
	if !e.open() {
		return conflict("experiment %s is %s and can no longer be changed", e.id, e.status)
	}
	return nil
}

func (w *world) createExperiment(e *experiment) {
	e.id, e.status, e.created, e.updated = w.nextID("exp"), draft, w.clock, w.clock
	for _, v := range e.variants {
		v.id = w.nextID("var")
	}
	w.experiments.add(e.id, e)
}

// setExperimentStatus changes the status of an experiment.
func (w *world) setExperimentStatus(e *experiment, status string) {
	e.status, e.updated = status, w.clock
	switch {
	case !e.open():
		e.ended = w.clock
	case status == running && e.started.IsZero():
		e.started = w.clock
	}
}

// experimentUsing is the open experiment that uses a version, nil for none.
func (w *world) experimentUsing(m *model, version string) *experiment {
	for _, e := range w.experiments.all {
		uses := func(v *variant) bool { return v.version == version }
		if e.model == m && e.open() && slices.ContainsFunc(e.variants, uses) {
			return e
		}
	}
	return nil
}

// cancelExperiments cancels the open experiments of a deleted model.
func (w *world) cancelExperiments(m *model) {
	for _, e := range w.experiments.all {
		if e.model == m && e.open() {
			w.setExperimentStatus(e, cancelled)
		}
	}
}

// validateVariants returns an error if the variants of an experiment are invalid.
func validateVariants(m *model, variants []*variant) error {
	if len(variants) < 2 {
		return invalid("variants", "variants must have at least two entries")
	}
	names, controls := map[string]bool{}, 0
	for _, v := range variants {
		switch {
		case v.name == "" || names[v.name]:
			return invalid("variants", "variants: each variant must have a unique name")
		case m.versionByName[v.version] == nil:
			return invalid("variants", "variants: model %s has no version %q", m.name, v.version)
		}
		names[v.name] = true
		if v.control {
			controls++
		}
	}
	if controls != 1 {
		return invalid("variants", "variants: exactly one variant must be the control")
	}
	return validateAllocations(variants)
}

// validateAllocations returns an error if the allocations of the variants do not add up to 100.
func validateAllocations(variants []*variant) error {
	sum := 0.0
	for _, v := range variants {
		if v.allocation < 0 || v.allocation > 100 {
			return invalid("variants", "variants: traffic_allocation must be between 0 and 100")
		}
		sum += v.allocation
	}
	if math.Abs(sum-100) > 0.01 {
		return invalid("variants", "variants: traffic_allocation must add up to 100, not %v", sum)
	}
	return nil
}

// setAllocations changes the allocations of some variants, given by name. If one is invalid, none changes.
func (w *world) setAllocations(e *experiment, allocations map[string]float64) error {
	changed := make([]*variant, len(e.variants))
	for i, v := range e.variants {
		copied := *v
		if allocation, ok := allocations[v.name]; ok {
			copied.allocation = allocation
			delete(allocations, v.name)
		}
		changed[i] = &copied
	}
	if unknown := slices.Sorted(maps.Keys(allocations)); len(unknown) > 0 {
		return invalid("variants", "variants: experiment %s has no variant named %q", e.id, unknown[0])
	}
	if err := validateAllocations(changed); err != nil {
		return err
	}
	e.variants, e.updated = changed, w.clock
	return nil
}

// setTargetGroups limits an experiment to device groups. Without groups it applies to all devices.
func (w *world) setTargetGroups(e *experiment, ids []string) error {
	groups := []*group{}
	for _, id := range ids {
		g, err := w.group(id)
		if err != nil {
			return err
		}
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	e.targets, e.updated = groups, w.clock
	return nil
}

func (e *experiment) targetIDs() []string {
	return mapSlice(e.targets, func(g *group) string { return g.id })
}

// removeTargetGroup removes a deleted device group from all experiments.
func (w *world) removeTargetGroup(g *group) {
	for _, e := range w.experiments.all {
		e.targets = without(e.targets, g)
	}
}
