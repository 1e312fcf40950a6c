package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	goversion "github.com/hashicorp/go-version"
)

// rule is one condition of a dynamic or hybrid group. All rules of a group must match (CONTRACT.md, section 5).
type rule struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

// ruleOperators maps the fields of rules to their operators.
var ruleOperators = map[string][]string{
	"platform":      {"eq", "neq", "in"},
	"os_version":    {"eq", "gte", "lte", "gt", "lt"},
	"locale":        {"eq", "in"},
	"region":        {"eq", "in"},
	"manufacturer":  {"eq", "in"},
	"model":         {"eq", "in"},
	"sdk_version":   {"eq", "gte", "lte"},
	"app_version":   {"eq", "gte", "lte"},
	"ram_gb":        {"gte", "lte", "gt", "lt"},
	"gpu_available": {"eq"},
	"npu_available": {"eq"},
}

// UnmarshalJSON also accepts values that are not strings: a number, a boolean, or a list.
func (r *rule) UnmarshalJSON(data []byte) error {
	var wire struct {
		Field    string `json:"field"`
		Operator string `json:"operator"`
		Value    any    `json:"value"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*r = rule{Field: wire.Field, Operator: wire.Operator}
	switch value := wire.Value.(type) {
	case nil:
	case []any:
		elements := make([]string, len(value))
		for i, element := range value {
			elements[i] = fmt.Sprint(element)
		}
		r.Value = strings.Join(elements, ",")
	default:
		r.Value = fmt.Sprint(value)
	}
	return nil
}

func (r rule) validate() error {
	operators, known := ruleOperators[r.Field]
	if !known {
		return invalid("rules", "rules: unknown field %q", r.Field)
	}
	if !slices.Contains(operators, r.Operator) {
		return invalid("rules", "rules: the operator for %s must be one of %s, not %q",
			r.Field, strings.Join(operators, ", "), r.Operator)
	}
	if r.Value == "" {
		return invalid("rules", "rules: the rule for %s must have a value", r.Field)
	}
	return nil
}

func matchesAll(rules []rule, d *device) bool {
	return !slices.ContainsFunc(rules, func(r rule) bool { return !r.matches(d) })
}

// matches is false for a device that does not report the field.
func (r rule) matches(d *device) bool {
	value := d.facts.value(r.Field)
	if value == "" {
		return false
	}
	switch r.Operator {
	case "eq":
		return value == r.Value
	case "neq":
		return value != r.Value
	case "in":
		return slices.ContainsFunc(strings.Split(r.Value, ","), func(element string) bool { return strings.TrimSpace(element) == value })
	}
	order, ok := compare(r.Field, value, r.Value)
	if !ok {
		return false
	}
	switch r.Operator {
	case "gte":
		return order >= 0
	case "lte":
		return order <= 0
	case "gt":
		return order > 0
	default:
		return order < 0
	}
}

// compare orders two values: ram_gb as numbers, other fields as versions.
func compare(field, a, b string) (order int, ok bool) {
	if field == "ram_gb" {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		switch {
		case errX != nil || errY != nil:
			return 0, false
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	x, errX := goversion.NewVersion(a)
	y, errY := goversion.NewVersion(b)
	if errX != nil || errY != nil {
		return 0, false
	}
	return x.Compare(y), true
}

// value is the fact that a rule's field refers to, "" if the device does not report it.
func (f facts) value(field string) string {
	switch field {
	case "platform":
		return stringValue(f.Platform)
	case "os_version":
		return stringValue(f.OSVersion)
	case "locale":
		return stringValue(f.Locale)
	case "region":
		return stringValue(f.Region)
	case "manufacturer":
		return stringValue(f.Manufacturer)
	case "model":
		return stringValue(f.Model)
	case "sdk_version":
		return stringValue(f.SDKVersion)
	case "app_version":
		return stringValue(f.AppVersion)
	case "ram_gb":
		if f.TotalMemoryMB == nil {
			return ""
		}
		return strconv.FormatFloat(*f.TotalMemoryMB/1024, 'f', -1, 64)
	case "gpu_available":
		return formatBool(f.GPUAvailable)
	case "npu_available":
		return formatBool(f.NPUAvailable)
	default:
		return ""
	}
}

func formatBool(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
