package provider

import (
	"runtime"
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

func TestApplies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		command         string
		env             map[string]string
		plans, fromFile bool
	}{
		{"terraform apply", nil, true, false},
		{"terraform -chdir=live apply -auto-approve -parallelism=20", nil, true, false},
		{"tofu apply -var a=b -target octomil_model.phi -json", nil, true, false},
		{"terraform apply tfplan", nil, false, true},
		{"terraform apply -auto-approve -lock=false tfplan", nil, false, true},
		{"terraform apply -state s tfplan", nil, false, true},
		{"tofu apply -consolidate-errors tfplan", nil, false, true},
		{"tofu apply -consolidate-warnings tfplan", nil, false, true},
		{"tofu apply -suppress-forget-errors tfplan", nil, false, true},
		{"tofu apply -json-into log -exclude octomil_model.phi -target-file t", nil, true, false},
		{"terraform apply -input=false", map[string]string{"TF_CLI_ARGS_apply": "-no-color"}, true, false},
		{"terraform apply tfplan", map[string]string{"TF_CLI_ARGS": "-lock-timeout 5m"}, false, true},
		{"terraform apply one two", nil, false, false},
		{"terraform apply -var", nil, false, false},
		{"terraform apply -unknown -auto-approve", nil, false, false}, // which of them is a value is not known
		{"terraform plan", nil, false, false},
		{"terraform plan -out tfplan", nil, false, false},
		{"terraform test", nil, false, false},
		{"terraform console", nil, false, false},
		{"terraform destroy", nil, false, false},
		{"sh", nil, false, false},
		{"", nil, false, false},
	} {
		plans, fromFile := applies(strings.Fields(tc.command), func(name string) string { return tc.env[name] })
		if plans != tc.plans || fromFile != tc.fromFile {
			t.Errorf("%s with %v: plans %t, from a file %t", tc.command, tc.env, plans, fromFile)
		}
	}
}

// The time at which a process began does not change, and is not "" on the systems that tell.
func TestParentBegun(t *testing.T) {
	t.Parallel()
	if first, again := parentBegun(t.Context()), parentBegun(t.Context()); first != again || first == "" && runtime.GOOS == "linux" {
		t.Errorf("the parent process began at %q, and at %q", first, again)
	}
}
