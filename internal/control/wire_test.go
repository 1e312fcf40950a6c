package control

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// CONTRACT.md 1.11
func TestFlexText(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]flexText{
		`5`: "5", `"5"`: "5", `5.0`: "5", `"5.0"`: "5.0", `1.5`: "1.5", `"rol_1"`: "rol_1", `""`: "", `null`: "", `true`: "", `{}`: "", `[]`: "",
		`9007199254740993`: "9007199254740993", `-1`: "-1",
	} {
		var got flexText
		if err := json.Unmarshal([]byte(body), &got); err != nil || got != want {
			t.Errorf("%s decodes to %q, %v; want %q", body, got, err, want)
		}
	}
}

// CONTRACT.md 1.14
func TestFlexNumber(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]flexNumber{`10`: 10, `10.0`: 10, `"10"`: 10, `"12.5"`: 12.5, `0`: 0, `1e2`: 100} {
		var got flexNumber
		if err := json.Unmarshal([]byte(body), &got); err != nil || got != want {
			t.Errorf("%s decodes to %v, %v; want %v", body, got, err, want)
		}
	}
	for _, body := range []string{`"ten"`, `true`, `{}`, `""`, `"NaN"`, `"Inf"`} {
		var got flexNumber
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s decodes to %v; want an error", body, got)
		}
	}
}

// CONTRACT.md 1.15
func TestTimesWithAndWithoutAZone(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for body, want := range map[string]time.Time{
		`"2026-11-24T12:00:00Z"`:        noon,
		`"2026-11-24T13:00:00+01:00"`:   noon,
		`"2026-11-24T12:00:00"`:         noon,
		`"2026-11-24T12:00:00.25"`:      noon.Add(250 * time.Millisecond),
		`"2026-11-24T12:00:00.000001Z"`: noon.Add(time.Microsecond),
		`"2026-11-24 12:00:00+00:00"`:   noon,
		`"2026-11-24 13:30:00.5+01:30"`: noon.Add(500 * time.Millisecond),
		`"yesterday"`:                   {},
		`null`:                          {},
		`1790000000`:                    {},
	} {
		var got flexTime
		if err := json.Unmarshal([]byte(body), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s decodes to %s, %v; want %s", body, got, err, want)
		}
	}
}

// TestTextsDecodeAsTheStandardDecoderDoes holds the short way for plain strings against the long one.
func TestTextsDecodeAsTheStandardDecoderDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		encoded, err := json.Marshal(rapid.String().Draw(t, "text"))
		if err != nil {
			t.Fatal(err)
		}
		var want string
		var got flexText
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &got); err != nil || string(got) != want {
			t.Errorf("%s decodes to %q, %v; want %q", encoded, got, err, want)
		}
	})
	for _, broken := range []string{`"`, `"a"b"`, "\"a\nb\""} {
		if plain, ok := plainText([]byte(broken)); ok {
			t.Errorf("%s is taken for the text %q", broken, plain)
		}
	}
}
