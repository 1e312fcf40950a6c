package discover

import (
	"fmt"
	"slices"
	"strings"
)

// The types that others belong to.
const (
	modelType      = "octomil_model"
	versionType    = "octomil_model_version"
	deviceType     = "octomil_device"
	groupType      = "octomil_device_group"
	deploymentType = "octomil_model_deployment"
)

// kind is a type of resource that can be imported.
type kind struct {
	typeName string
	// importID are the attributes of the identity that, with slashes between, are an import ID. One that is null ends it.
	importID []string
	// references are the attributes that hold the ID or the name of a resource of another type, with that type.
	references map[string]string
}

// kinds are all kinds, each after those that it refers to.
var kinds = []kind{
	{typeName: modelType, importID: []string{"id"}},
	{typeName: versionType, importID: []string{"model_id", "version"}, references: map[string]string{"model_id": modelType}},
	{typeName: deviceType, importID: []string{"id"}},
	{typeName: groupType, importID: []string{"id"}},
	{typeName: "octomil_device_group_members", importID: []string{"group_id"}, references: map[string]string{"group_id": groupType, "device_ids": deviceType, "devices": deviceType}},
	{typeName: deploymentType, importID: []string{"model_id", "group_id"}, references: map[string]string{"model": modelType, "group": groupType}},
	{typeName: "octomil_rollback_policy", importID: []string{"org_id"}},
	{typeName: "octomil_org_settings", importID: []string{"org_id"}},
	{typeName: "octomil_experiment", importID: []string{"id"}, references: map[string]string{"model": modelType, "target_group_ids": groupType}},
	{typeName: "octomil_federation", importID: []string{"id"}, references: map[string]string{"models": modelType}},
	{typeName: "octomil_org_member", importID: []string{"id"}},
	{typeName: "octomil_api_key", importID: []string{"id"}},
	{typeName: "octomil_metrics_integration", importID: []string{"id"}},
	{typeName: "octomil_log_integration", importID: []string{"id"}},
}

// nameAttributes are the attributes by which other resources may refer to a type.
var nameAttributes = map[string]string{modelType: "name", groupType: "name", deviceType: "device_identifier"}

// parseTypes returns the kinds of a list of types, which may be written without "octomil_". An empty list has none.
func parseTypes(flag, list string) ([]string, error) {
	var types []string
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		name := "octomil_" + strings.TrimPrefix(word, "octomil_")
		if !slices.ContainsFunc(kinds, func(k kind) bool { return k.typeName == name }) {
			return nil, fmt.Errorf("discover: -%s has no type %q; see discover -help", flag, word)
		}
		types = append(types, name)
	}
	return types, nil
}
