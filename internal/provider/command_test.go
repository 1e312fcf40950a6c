package provider

import (
	"strings"
	"testing"
)

func TestDestroys(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		command string
		env     map[string]string
		want    bool
	}{
		{"terraform destroy", nil, true},
		{"/usr/bin/tofu -chdir=live destroy -auto-approve", nil, true},
		{"terraform apply -destroy", nil, true},
		{"terraform plan --destroy=true -out=p", nil, true},
		{"terraform plan -destroy=false", nil, false},
		{"terraform plan", nil, false},
		{"terraform apply destroy", nil, false}, // a plan file
		{"terraform apply -auto-approve", nil, false},
		{"terraform plan", map[string]string{"TF_CLI_ARGS_plan": "-lock=false -destroy"}, true},
		{"terraform apply", map[string]string{"TF_CLI_ARGS": "-destroy"}, true},
		{"terraform apply", map[string]string{"TF_CLI_ARGS_plan": "-destroy"}, false},
		{"terraform test", map[string]string{"TF_CLI_ARGS": "-destroy"}, false},
		{"terraform", nil, false},
		{"terraform -version", nil, false},
		{"", nil, false},
	} {
		if got := destroys(strings.Fields(tc.command), func(name string) string { return tc.env[name] }); got != tc.want {
			t.Errorf("%s with %v: %v", tc.command, tc.env, got)
		}
	}
}
