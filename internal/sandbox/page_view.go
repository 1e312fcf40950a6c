package sandbox

import (
	"slices"
	"strings"
)

// maxShownRollouts and maxShownRequests are how many of the newest rollouts and requests the page shows.
const (
	maxShownRollouts = 10
	maxShownRequests = 20
)

// pageView is what the page shows of a sandbox at one moment.
type pageView struct {
	choice         pageChoice
	models, groups []pageItem
	versions       []pageVersion
	// cells has the position in versions for each device, -1 for a device without a version. off has the positions in cells of the
	// devices that are switched off.
	cells, off []int
	devices    []string
	rollouts   []pageRollout
	requests   []pageRequest
}

// pageChoice is the model and the group that are shown, by ID. The group is "" for the whole fleet.
type pageChoice struct {
	Model string `json:"model"`
	Group string `json:"group"`
}

// pageItem is a model or a group to choose.
type pageItem struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// pageVersion is a version, the number of devices that run it, and the health that was set for it.
type pageVersion struct {
	Version   string `json:"version"`
	Devices   int    `json:"devices"`
	HasHealth bool   `json:"has_health"`
	Health    Health `json:"health"`
}

type pageRollout struct {
	ID         string  `json:"id"`
	Version    string  `json:"version"`
	Status     string  `json:"status"`
	Percentage float64 `json:"percentage"`
	IsRollback bool    `json:"is_rollback"`
	Reason     string  `json:"reason"`
}

type pageRequest struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
}

// pageView advances the simulation and returns what the page shows of a model and a group, each given by ID or name. Without the
// model, or if it does not exist, it is the first one; without the group, the whole fleet.
func (s *Server) pageView(modelName, groupName string) *pageView {
	v := &pageView{}
	s.withWorld(func(w *world) {
		v.models = mapSlice(w.models, func(m *model) pageItem { return pageItem{m.id, m.name} })
		v.groups = mapSlice(w.groups, func(g *group) pageItem { return pageItem{g.id, g.name} })
		v.requests = mapSlice(lastOf(s.ledger, maxShownRequests), viewPageRequest)
		m, err := w.model(modelName)
		if err != nil && len(w.models) > 0 {
			m = w.models[0]
		}
		if m == nil {
			return
		}
		v.choice.Model = m.id
		devices := w.devices
		if g, err := w.groupByIDOrName(groupName); err == nil {
			v.choice.Group, devices = g.id, w.membersOf(g)
		}
		v.addFleet(w, m, devices)
		v.rollouts = mapSlice(lastOf(m.rollouts, maxShownRollouts), viewPageRollout)
	})
	return v
}

// addFleet adds the versions of the model, and the devices that are in service.
func (v *pageView) addFleet(w *world, m *model, devices []*device) {
	position := map[string]int{}
	for i, known := range m.versions {
		health, hasHealth := m.health[known.version]
		position[known.version] = i
		v.versions = append(v.versions, pageVersion{Version: known.version, Health: health, HasHealth: hasHealth})
	}
	v.cells, v.devices = make([]int, 0, len(devices)), make([]string, 0, len(devices))
	for _, d := range devices {
		if !d.inFleet() {
			continue
		}
		cell := -1
		if s := m.state(d); s != nil && s.running != "" {
			cell = position[s.running]
			v.versions[cell].Devices++
		}
		if !d.isReachable(w) {
			v.off = append(v.off, len(v.cells))
		}
		v.cells, v.devices = append(v.cells, cell), append(v.devices, d.identifier)
	}
}

func viewPageRollout(r *rollout) pageRollout {
	return pageRollout{r.id, r.version, r.status, r.percentage, r.isRollback, r.reason}
}

// viewPageRequest leaves out the query, and the token in the path of an upload, which is a secret.
func viewPageRequest(e Entry) pageRequest {
	r := pageRequest{ID: e.RequestID, Method: e.Method, Path: e.Path, Status: e.Status}
	if e.Operation == uploadOperation {
		r.Path = strings.TrimPrefix(uploadRoot, "/") + "…"
	}
	return r
}

// changedSince returns the parts that differ from an earlier view by their name in an event; all parts if there is none. What is
// shown of the devices is one part, so that positions always fit.
func (v *pageView) changedSince(last *pageView) map[string]any {
	changes, isFirst := map[string]any{}, last == nil
	set := func(name string, part any, same bool) {
		if isFirst || !same {
			changes[name] = part
		}
	}
	if isFirst {
		last = &pageView{}
	}
	set("choice", v.choice, v.choice == last.choice)
	set("models", nonNil(v.models), slices.Equal(v.models, last.models))
	set("groups", nonNil(v.groups), slices.Equal(v.groups, last.groups))
	set("devices", nonNil(v.devices), slices.Equal(v.devices, last.devices))
	set("rollouts", nonNil(v.rollouts), slices.Equal(v.rollouts, last.rollouts))
	set("requests", nonNil(v.requests), slices.Equal(v.requests, last.requests))
	set("fleet", map[string]any{"versions": nonNil(v.versions), "cells": nonNil(v.cells), "off": nonNil(v.off)},
		slices.Equal(v.versions, last.versions) && slices.Equal(v.cells, last.cells) && slices.Equal(v.off, last.off))
	return changes
}

// lastOf is the last n items of a list, the newest first.
func lastOf[T any](list []T, n int) []T {
	last := slices.Clone(list[max(len(list)-n, 0):])
	slices.Reverse(last)
	return last
}
