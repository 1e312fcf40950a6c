package pipelines_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/itchyny/gojq"
	"github.com/open-policy-agent/opa/v1/rego"
)

const (
	root    = "../../.."
	scripts = root + "/examples/ci/scripts"
)

// engine evaluates the policies and returns the violations, sorted. An error counts as a violation, because policy.sh fails.
type engine func(input any) ([]string, error)

// engines is every engine of this machine: OPA and gojq are libraries, jq is there only if it is installed.
func engines(t testing.TB) map[string]engine {
	t.Helper()
	all := map[string]engine{"opa": opa(t), "gojq": compiledJQ(t)}
	if path, err := exec.LookPath("jq"); err == nil {
		all["jq"] = realJQ(path)
	}
	return all
}

func opa(t testing.TB) engine {
	t.Helper()
	query, err := rego.New(
		rego.Query("data.octomil.plan.deny"), rego.Module("policy.rego", read(t, "policy.rego")), rego.Strict(true),
	).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(input any) ([]string, error) {
		results, err := query.Eval(t.Context(), rego.EvalInput(input))
		if err != nil {
			return nil, err
		}
		if len(results) != 1 || len(results[0].Expressions) != 1 {
			return nil, errors.New("the policies have no result")
		}
		return texts(results[0].Expressions[0].Value)
	}
}

func compiledJQ(t testing.TB) engine {
	t.Helper()
	query, err := gojq.Parse(read(t, "policy.jq"))
	if err != nil {
		t.Fatal(err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		t.Fatal(err)
	}
	return func(input any) ([]string, error) {
		value, ok := code.Run(input).Next()
		if err, failed := value.(error); failed || !ok {
			return nil, errors.Join(err, errors.New("jq failed"))
		}
		return texts(value)
	}
}

func realJQ(path string) engine {
	return func(input any) ([]string, error) {
		encoded, err := json.Marshal(input)
		if err != nil {
			return nil, err
		}
		cmd := exec.Command(path, "-f", filepath.Join(scripts, "policy.jq"))
		cmd.Stdin = strings.NewReader(string(encoded))
		out, err := cmd.Output()
		if err != nil {
			return nil, err
		}
		var value any
		if err := json.Unmarshal(out, &value); err != nil {
			return nil, err
		}
		return texts(value)
	}
}

func texts(value any) ([]string, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("the result is no list: %v", value)
	}
	found := []string{}
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("a violation is no text: %v", item)
		}
		found = append(found, text)
	}
	slices.Sort(found)
	return found, nil
}

func read(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(scripts, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// decoded is JSON as the engines take it.
func decoded(t testing.TB, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return value
}

// Each engine says the same of each case, and says what the case expects.
func TestPolicies(t *testing.T) {
	t.Parallel()
	all := engines(t)
	for _, c := range cases {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			for name, evaluate := range all {
				got, err := evaluate(decoded(t, c.input()))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if want := slices.Sorted(slices.Values(c.deny)); !slices.Equal(got, want) {
					t.Errorf("%s says\n%s\nand not\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		})
	}
}

// A plan of the real command line: the provider counts the devices of a rollback, a preview those of a new deployment, and no deployment
// has a limit.
func TestPoliciesOfARealPlan(t *testing.T) {
	t.Parallel()
	plan, err := os.ReadFile(filepath.Join(root, "internal", "review", "testdata", "review.json"))
	if err != nil {
		t.Fatal(err)
	}
	input := decoded(t, `{"max_devices": 20, "labels": [], "review": {"findings": []}, "plan": `+string(plan)+`}`)
	want := []string{
		"The plan gives 148 devices another version, and more than 20 need the label large-operation: " +
			"octomil_model_deployment.phi (rollback, 124), octomil_model_deployment.staging (rollback, 24)",
		"octomil_model_deployment.phi: max_affected_devices is not set", "octomil_model_deployment.staging: max_affected_devices is not set",
	}
	for name, evaluate := range engines(t) {
		got, err := evaluate(input)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s says\n%s", name, strings.Join(got, "\n"))
		}
	}
}

// Whatever is missing in an input, the engines of the two languages say the same, and a plan that is not allowed never becomes
// allowed because jq fails and OPA does not.
func TestPoliciesAgreeOnIncompleteInputs(t *testing.T) {
	t.Parallel()
	evaluateOPA, evaluateJQ := opa(t), compiledJQ(t)
	compared := 0
	for _, c := range cases {
		for i := 0; ; i++ {
			input := decoded(t, c.input())
			place, ok := removeNth(input, i)
			if !ok {
				break
			}
			compared++
			byOPA, err := evaluateOPA(input)
			if err != nil {
				t.Fatalf("%s without %s: %v", c.name, place, err)
			}
			byJQ, err := evaluateJQ(input)
			switch {
			case err != nil && len(byOPA) == 0:
				t.Errorf("%s, without %s: jq fails with %v, and OPA allows it", c.name, place, err)
			case err == nil && !slices.Equal(byOPA, byJQ):
				t.Errorf("%s, without %s: OPA says %q, and jq %q", c.name, place, byOPA, byJQ)
			}
		}
	}
	if compared < 500 {
		t.Errorf("only %d inputs were compared", compared)
	}
}

// removeNth removes the nth attribute or element inside a value, and returns its place; false if there are not so many. An element becomes
// null, so that the others keep their places.
func removeNth(value any, n int) (place string, ok bool) {
	seen := 0
	var visit func(value any, path string) bool
	found := func(at string, child any, remove func()) bool {
		if seen == n {
			place = at
			remove()
			return true
		}
		seen++
		return visit(child, at)
	}
	visit = func(value any, path string) bool {
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				if found(path+"/"+key, value[key], func() { delete(value, key) }) {
					return true
				}
			}
		case []any:
			for i, child := range value {
				if found(fmt.Sprint(path, "/", i), child, func() { value[i] = nil }) {
					return true
				}
			}
		}
		return false
	}
	ok = visit(value, "")
	return place, ok
}
