package control

import (
	"encoding/json"
	"reflect"
	"slices"
)

// What was sent and what the server holds are compared here as far as a server may change it without a reader noticing (CONTRACT.md
// 1.91). What was not sent must not be there either: another client may have sent it.

// sameTextOrNone compares an optional text with the server's.
func sameTextOrNone(sent *string, kept string) bool {
	if sent == nil {
		return kept == ""
	}
	return SameFoldedText(*sent, kept)
}

// sameTexts compares two lists of texts in any order.
func sameTexts(sent, kept []string) bool {
	fold := func(texts []string) []string {
		folded := make([]string, len(texts))
		for i, text := range texts {
			folded[i] = FoldedText(text)
		}
		slices.Sort(folded)
		return slices.Compact(folded)
	}
	return slices.Equal(fold(sent), fold(kept))
}

// sameRules compares the rules of two groups in any order.
func sameRules(sent, kept []Rule) bool {
	texts := func(rules []Rule) []string {
		all := make([]string, len(rules))
		for i, r := range rules {
			all[i] = r.Field + "\x00" + r.Operator + "\x00" + canonicalText(r.Value)
		}
		return all
	}
	return sameTexts(texts(sent), texts(kept))
}

// sameNumber compares an optional number with the server's, which may keep it in single precision. A server that does not say, or one
// that was left to choose, contradicts nothing.
func sameNumber(sent, kept *float64) bool {
	return sent == nil || kept == nil || float32(*sent) == float32(*kept)
}

// sameJSON compares two JSON objects; an empty one is none.
func sameJSON(sent, kept json.RawMessage) bool {
	decode := func(raw json.RawMessage) (object map[string]any) {
		_ = json.Unmarshal(raw, &object) // nil is none
		return object
	}
	a, b := decode(sent), decode(kept)
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}
