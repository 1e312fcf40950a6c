package review

// GuardPaths is the attributes that are guards, by resource.
func GuardPaths() map[string][]string {
	paths := map[string][]string{}
	for typeName, all := range guards {
		for _, g := range all {
			paths[typeName] = append(paths[typeName], g.path)
		}
	}
	return paths
}

// Kinds is the kinds of -fail-on.
func Kinds() []Kind {
	var all []Kind
	for _, k := range kinds {
		all = append(all, k.kind)
	}
	return all
}

// What the tests hold against the provider's schema.
var (
	DeploymentInputs = deploymentInputs
	ActionKinds      = actionKinds
	MarkdownCode     = markdownCode
	MarkdownProse    = markdownProse
	ModuleSteps      = moduleSteps
)
