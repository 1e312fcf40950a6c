package observation_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// exhausting are configurations of a few bytes that once took all memory or hours.
func exhausting() map[string]string {
	nested := func(levels int) string {
		return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels)
	}
	return map[string]string{
		"a large exponent": `{"site":1e600000000}`, "a small exponent": `{"site":1e-600000000}`, "an exponent beyond all": `{"site":1e99999999999}`,
		"in a list": `{"site":[1,{"x":1e600000000}]}`, "1000 levels": nested(1000), "1000 lists": `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`,
		"9000 levels": nested(9000), "many digits": `{"site":` + strings.Repeat("9", 2_000_000) + `}`,
	}
}

// A server whose answer would exhaust the provider is an error, at once, and the state stays.
//
// CONTRACT.md 1.48
func TestConfigOfTheServerThatExhausts(t *testing.T) {
	t.Parallel()
	for name, config := range exhausting() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			synctest.Test(t, func(t *testing.T) {
				exhausts := false
				sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
					if !exhausts || !strings.Contains(x.Path, "integrations") {
						return x.Answer
					}
					return []byte(strings.Replace(string(x.Answer), `"config":{"site":"eu"}`, `"config":`+config, 1))
				})
				core := sb.Core(t, "octomil_metrics_integration")
				configuration := map[string]any{"name": "dd", "integration_type": "datadog", "config": map[string]any{"site": "eu"}}
				if said := core.Apply(core.Plan(configuration)); said.Failed() {
					t.Fatal(said.Errors)
				}
				before := fmt.Sprint(core.State())
				id, _ := core.State()["id"].(string)
				exhausts = true
				plan := core.Plan(configuration)
				if !plan.Failed() || !strings.Contains(strings.Join(plan.Errors, ""), "req_") || fmt.Sprint(core.State()) != before {
					t.Errorf("the plan is %s, %v; the state %v", plan.Action, plan.Errors, core.State())
				}
				if said := sb.Core(t, "octomil_metrics_integration").Import(id); !said.Failed() {
					t.Error("it was imported")
				}
			})
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// The same in a configuration is an error of the attribute.
//
// CONTRACT.md 1.48
func TestConfigThatExhausts(t *testing.T) {
	t.Parallel()
	huge, _, err := big.ParseFloat("1e600000", 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	deep := any("x")
	for range 100 {
		deep = map[string]any{"a": deep}
	}
	begun := time.Now()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		for name, config := range map[string]any{"a large exponent": map[string]any{"site": huge}, "levels": deep} {
			plan := sb.Core(t, "octomil_metrics_integration").Plan(map[string]any{"name": "dd", "integration_type": "datadog", "config": config})
			if len(plan.Errors) != 1 || !strings.HasPrefix(plan.Errors[0], "config: Invalid `config`") {
				t.Errorf("%s: %v", name, plan.Errors)
			}
		}
		for name, contract := range exhausting() {
			plan := sb.Core(t, "octomil_model").Plan(map[string]any{"name": "m", "framework": "onnx", "model_contract": contract})
			if len(plan.Errors) != 1 || !strings.HasPrefix(plan.Errors[0], "model_contract: Invalid contract") {
				t.Errorf("%s: %v", name, plan.Errors)
			}
		}
	})
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}

// What is just within the bounds is managed as anything else.
func TestConfigWithinTheBounds(t *testing.T) {
	t.Parallel()
	deep := any(map[string]any{"last": 1e300, "list": []any{"a", true, 1e-300}})
	for range 55 {
		deep = map[string]any{"a": deep}
	}
	begun := time.Now()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		core := sb.Core(t, "octomil_metrics_integration")
		configuration := map[string]any{"name": "dd", "integration_type": "datadog", "config": deep}
		if said := core.Apply(core.Plan(configuration)); said.Failed() {
			t.Fatal(said.Errors)
		}
		if plan := core.Plan(configuration); plan.Failed() || plan.Action != acctest.ActionNone {
			encoded, _ := json.Marshal(plan.Planned)
			t.Errorf("the plan is %s, %v: %s", plan.Action, plan.Errors, encoded)
		}
	})
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %s", took)
	}
}
