package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// wanted is what to look for.
type wanted struct {
	types []string
	// name is a pattern, "" for every name.
	name string
	// groups is true if deployments to device groups are wanted too.
	groups bool
	// managed is what is not wanted, because Terraform manages it already.
	managed managed
}

// found is an object to import.
type found struct {
	kind
	// name has the name of what the object belongs to before its own, with a slash between.
	name, id string
	// label is the name of the resource.
	label string
}

// failure is a type that could not be listed.
type failure struct {
	typeName string
	err      error
}

// errNoOrganization is the error of settings where the key alone decides the organization.
var errNoOrganization = errors.New("the organization is not known: set OCTOMIL_ORG_ID")

// concurrency is how many lists of one type are read at the same time.
const concurrency = 8

// find returns what is wanted, in the order of kinds, and the types that could not be listed completely. It says on progress what it has found.
func (s *session) find(ctx context.Context, w wanted, progress io.Writer) (all []found, failed []failure, err error) {
	parents := map[string][]object{}
	for _, k := range kinds {
		if !slices.Contains(w.types, k.typeName) {
			continue
		}
		objects, err := s.objects(ctx, k, w.groups, parents)
		if err == nil && len(objects) == 0 && slices.Equal(k.importID, []string{"org_id"}) {
			err = errNoOrganization
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			failed = append(failed, failure{k.typeName, err})
		}
		matching, managed := 0, 0
		for _, o := range objects {
			id := k.id(o)
			if id == "" || !matches(w.name, o.name) {
				continue
			}
			if w.managed.has(k.typeName, id) {
				managed++
				continue
			}
			matching++
			all = append(all, found{kind: k, name: o.name, id: id})
		}
		besides := ""
		if managed > 0 {
			besides = fmt.Sprintf(", and %d that Terraform manages", managed)
		}
		if _, err := fmt.Fprintf(progress, "discover: %s: %d%s\n", k.typeName, matching, besides); err != nil {
			return nil, nil, err
		}
	}
	return all, failed, nil
}

// id returns the import ID of an object, "" without an identity.
func (k kind) id(o object) string {
	var parts []string
	for _, name := range k.importID {
		part, set := o.identity[name]
		if !set {
			break
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/")
}

// objects lists the objects of a kind. Versions are listed model by model, and deployments to groups group by group.
func (s *session) objects(ctx context.Context, k kind, groups bool, parents map[string][]object) ([]object, error) {
	switch {
	case k.typeName == versionType:
		return s.ofEach(ctx, k.typeName, modelType, "model", parents)
	case k.typeName == deploymentType && groups:
		onFleet, err := s.list(ctx, k.typeName, nil)
		if err != nil {
			return onFleet, err
		}
		onGroups, err := s.ofEach(ctx, k.typeName, groupType, "group", parents)
		return append(onFleet, onGroups...), err
	}
	objects, err := s.parentsOf(ctx, k.typeName, parents)
	return objects, err
}

// parentsOf lists the objects of a type, once.
func (s *session) parentsOf(ctx context.Context, typeName string, parents map[string][]object) ([]object, error) {
	if objects, known := parents[typeName]; known {
		return objects, nil
	}
	objects, err := s.list(ctx, typeName, nil)
	if err == nil {
		parents[typeName] = objects
	}
	return objects, err
}

// ofEach lists the objects of a type for each of another type, by which filter narrows the list.
func (s *session) ofEach(ctx context.Context, typeName, parentType, filter string, parents map[string][]object) ([]object, error) {
	all, err := s.parentsOf(ctx, parentType, parents)
	if err != nil {
		return nil, err
	}
	lists := make([][]object, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrency)
	for i, parent := range all {
		group.Go(func() error {
			objects, err := s.list(ctx, typeName, map[string]string{filter: parent.identity["id"]})
			if typeName == versionType { // whose own name is the version alone
				for j := range objects {
					objects[j].name = parent.name + "/" + objects[j].name
				}
			}
			lists[i] = objects
			return err
		})
	}
	err = group.Wait()
	return slices.Concat(lists...), err
}

// matches reports whether a name matches a pattern, in which "*" also stands for slashes.
func matches(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	const slash = "\x01"
	is, _ := path.Match(strings.ReplaceAll(pattern, "/", slash), strings.ReplaceAll(name, "/", slash)) // the pattern was checked
	return is
}
