package sandbox

import (
	"maps"
	"math"
	"slices"
	"time"
)

// The statuses of an experiment beside draft, paused and completed (the control API contract, section 7).
const (
	running   = "running"
	cancelled = "cancelled"
)

// experiment compares versions of a model on parts of the fleet. The sandbox keeps the record; it changes what no device runs.
type experiment struct {
	id, name, primaryMetric, status string
	description                     *string
	model                           *model
	// traffic is the share of the devices that take part, confidence a probability.
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

// open tells whether an experiment can still change.
func (e *experiment) open() bool { return e.status != completed && e.status != cancelled }

// changeable refuses a change of what has ended.
func (e *experiment) checkOpen() error {
	if !e.open() {
		return conflict("experiment %s is %s and cannot change any more", e.id, e.status)
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

// move takes an experiment from one status to another.
func (w *world) setExperimentStatus(e *experiment, status string) {
	e.status, e.updated = status, w.clock
	switch {
	case !e.open():
		e.ended = w.clock
	case status == running && e.started.IsZero():
		e.started = w.clock
	}
}

// testing is the open experiment that a version takes part in, nil for none.
func (w *world) experimentUsing(m *model, version string) *experiment {
	for _, e := range w.experiments.all {
		uses := func(v *variant) bool { return v.version == version }
		if e.model == m && e.open() && slices.ContainsFunc(e.variants, uses) {
			return e
		}
	}
	return nil
}

// endExperiments cancels what is open on a model that goes away.
func (w *world) cancelExperiments(m *model) {
	for _, e := range w.experiments.all {
		if e.model == m && e.open() {
			w.setExperimentStatus(e, cancelled)
		}
	}
}

// checkVariants says what is wrong with the variants of an experiment, nil for nothing.
func validateVariants(m *model, variants []*variant) error {
	if len(variants) < 2 {
		return invalid("variants", "variants must be two or more")
	}
	names, controls := map[string]bool{}, 0
	for _, v := range variants {
		switch {
		case v.name == "" || names[v.name]:
			return invalid("variants", "variants: each needs a name of its own")
		case m.versionByName[v.version] == nil:
			return invalid("variants", "variants: model %s has no version %q", m.name, v.version)
		}
		names[v.name] = true
		if v.control {
			controls++
		}
	}
	if controls != 1 {
		return invalid("variants", "variants: one of them, and only one, is the control")
	}
	return validateAllocations(variants)
}

// checkAllocations demands that the shares of the variants make up the whole.
func validateAllocations(variants []*variant) error {
	sum := 0.0
	for _, v := range variants {
		if v.allocation < 0 || v.allocation > 100 {
			return invalid("variants", "variants: traffic_allocation must be from 0 to 100")
		}
		sum += v.allocation
	}
	if math.Abs(sum-100) > 0.01 {
		return invalid("variants", "variants: traffic_allocation must add up to 100, not %v", sum)
	}
	return nil
}

// allocate changes the shares of some variants, by name: all of them, or none where one is wrong.
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
		return invalid("variants", "variants: experiment %s has none named %q", e.id, unknown[0])
	}
	if err := validateAllocations(changed); err != nil {
		return err
	}
	e.variants, e.updated = changed, w.clock
	return nil
}

// target limits an experiment to device groups; without any it is open to all devices.
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

// untarget takes a device group that goes away out of all experiments.
func (w *world) removeTargetGroup(g *group) {
	for _, e := range w.experiments.all {
		e.targets = without(e.targets, g)
	}
}
