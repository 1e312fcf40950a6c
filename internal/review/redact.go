package review

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// minSecret is the number of characters from which on a secret is also removed as a part of another text. A shorter one would remove
// too much; the masks of the plan cover it where it is a value itself.
const minSecret = 4

// secrets returns every text that the plan marks as sensitive anywhere, longest first. Masks alone do not hold: what a provider
// computes from a sensitive value, such as an ID, is not marked.
func (p *plan) secrets() []string {
	found := map[string]bool{}
	changes := slices.Concat(p.ResourceChanges, p.ResourceDrift)
	for _, d := range p.DeferredChanges {
		if d != nil && d.ResourceChange != nil && d.ResourceChange.Change != nil {
			changes = append(changes, d.ResourceChange)
		}
	}
	all := make([]*tfjson.Change, 0, len(changes))
	for _, c := range changes {
		all = append(all, c.Change)
	}
	for _, c := range p.OutputChanges {
		if c != nil {
			all = append(all, c)
		}
	}
	for _, c := range all {
		collectSecrets(c.Before, c.BeforeSensitive, found)
		collectSecrets(c.After, c.AfterSensitive, found)
	}
	for _, a := range p.ActionInvocations {
		if a != nil {
			collectSecrets(a.ConfigValues, a.ConfigSensitive, found)
		}
	}
	for _, r := range slices.Concat(p.prior(), p.planned()) {
		v := r.value()
		collectSecrets(v.raw, v.sensitive, found)
	}
	for _, values := range []*stateValues{p.PlannedValues, p.priorValues()} {
		if values == nil {
			continue
		}
		for _, output := range values.Outputs {
			collectSecrets(output.Value, output.Sensitive, found)
		}
	}
	if p.Configuration != nil {
		for name, v := range p.Configuration.RootModule.Variables {
			collectSecrets(v.Default, v.Sensitive, found)
			if set := p.Variables[name]; set != nil {
				collectSecrets(set.Value, v.Sensitive, found)
			}
		}
	}
	var texts []string
	for text := range found {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int { return len(b) - len(a) })
	return texts
}

// collectSecrets collects the texts, keys and numbers that a mask covers.
func collectSecrets(raw, mask any, into map[string]bool) {
	switch raw := raw.(type) {
	case map[string]any:
		for name, part := range raw {
			collectSecrets(part, maskOf(mask, name), into)
			if mask == true {
				addSecret(name, into)
			}
		}
	case []any:
		masks, _ := mask.([]any) // a mask of the whole, or none
		for i, part := range raw {
			of := mask
			if mask != true {
				of = nil
				if i < len(masks) {
					of = masks[i]
				}
			}
			collectSecrets(part, of, into)
		}
	case string:
		if mask == true {
			addSecret(raw, into)
		}
	case json.Number:
		if mask == true {
			addSecret(raw.String(), into)
		}
	}
}

// addSecret adds a secret in every form in which a report may have it: as it is, within JSON, and each of them between backticks.
func addSecret(text string, into map[string]bool) {
	if len(text) < minSecret || text == "true" || text == "false" {
		return
	}
	for _, form := range []string{text, jsonText(text)} {
		into[form] = true
		into[unquoted(form)] = true
	}
}

// jsonText is a text as it stands within JSON.
func jsonText(text string) string {
	encoded := plainText([]any{text})
	return encoded[len(`["`) : len(encoded)-len(`"]`)]
}

// redact replaces the secrets in every text of a report.
func redact(report any, secrets []string) {
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		pairs = append(pairs, secret, sensitiveText)
	}
	if len(pairs) > 0 {
		redactValue(reflect.ValueOf(report), strings.NewReplacer(pairs...))
	}
}

// redactValue leaves named types of text alone: they are words of this package.
func redactValue(v reflect.Value, secrets *strings.Replacer) {
	switch v.Kind() { //nolint:exhaustive // a report consists of these
	case reflect.Pointer:
		if !v.IsNil() {
			redactValue(v.Elem(), secrets)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			redactValue(v.Field(i), secrets)
		}
	case reflect.Slice:
		for i := range v.Len() {
			redactValue(v.Index(i), secrets)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(secrets.Replace(v.String()))
		}
	}
}
