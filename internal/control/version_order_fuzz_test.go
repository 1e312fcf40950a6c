package control

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A time is in UTC and can be written and read again.
func FuzzTime(f *testing.F) {
	for _, text := range []string{
		"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456", "2026-01-02 03:04:05.5+02:00", "0000-01-01T00:00:00+01:00",
		"9999-12-31T23:59:59-00:01", "2026-02-30T00:00:00Z", "yesterday", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := ParseTime(text)
		if !ok {
			if !at.IsZero() {
				t.Errorf("%q is no time and %s", text, at)
			}
			return
		}
		if same, ok := ParseTime(at.Format(time.RFC3339Nano)); !ok || !same.Equal(at) || at.Location() != time.UTC {
			t.Errorf("%q is %s, and read again %s", text, at, same)
		}
	})
}

// A pause is either not told or a time that can be waited for.
func FuzzPauseHint(f *testing.F) {
	for _, text := range []string{"3", "0", "-1", "1.5", "NaN", "Inf", "1e5", "1e300", "Tue, 24 Nov 2026 16:00:00 GMT", "1795536000", " 7 ", ""} {
		f.Add(text, "", "")
		f.Add("", text, "Tue, 24 Nov 2026 15:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, after, reset, date string) {
		resp := &http.Response{Header: http.Header{}}
		resp.Header.Set("Retry-After", after)
		resp.Header.Set("RateLimit-Reset", reset)
		resp.Header.Set("Date", date)
		if d := pauseHint(resp); d < -1 {
			t.Errorf("the pause is %s", d)
		}
		if d := retryAfter(resp); d >= 0 && pauseHint(resp) < 0 {
			t.Errorf("Retry-After asks for %s, and no pause is made", d)
		}
	})
}

// The order of rollouts is the same in whatever order the server sends them.
func FuzzRolloutOrder(f *testing.F) {
	f.Add("10", "9", "9a", int64(0), int64(0), int64(0))
	f.Add("2", "10", "1a", int64(0), int64(0), int64(0))
	f.Add("05", "5", "+5", int64(0), int64(0), int64(0))
	f.Add("rol_1", "rol_2", "", int64(1), int64(1), int64(2))
	f.Fuzz(func(t *testing.T, a, b, c string, atA, atB, atC int64) {
		if compareIDs(a, b) != -compareIDs(b, a) {
			t.Errorf("%q and %q: %d and %d", a, b, compareIDs(a, b), compareIDs(b, a))
		}
		if (compareIDs(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q compare as %d", a, b, compareIDs(a, b))
		}
		if compareIDs(a, b) < 0 && compareIDs(b, c) < 0 && compareIDs(a, c) >= 0 {
			t.Errorf("%q < %q < %q, and the first is not before the last", a, b, c)
		}
		rollouts := []Rollout{
			{ID: a, CreatedAt: time.Unix(atA, 0)}, {ID: b, CreatedAt: time.Unix(atB, 0)}, {ID: c, CreatedAt: time.Unix(atC, 0)},
		}
		other := []Rollout{rollouts[2], rollouts[0], rollouts[1]}
		SortNewestFirst(rollouts)
		SortNewestFirst(other)
		if diff := cmp.Diff(rollouts, other); diff != "" {
			t.Errorf("the order depends on the one of before:\n%s", diff)
		}
		if !slices.IsSortedFunc(rollouts, func(x, y Rollout) int { return y.CreatedAt.Compare(x.CreatedAt) }) {
			t.Errorf("not the newest first: %v", rollouts)
		}
	})
}

// A URL is taken the same way twice, leads to the host that was given, and shows no password where it is refused.
func FuzzNormalizeURL(f *testing.F) {
	for _, raw := range []string{
		DefaultURL, "https://h", "https://h/v1/", "https://h/api//v1", "https://h/a%2Fb/v1", "http://[::1]:8787", "http://10.0.0.1", "HTTPS://h?",
		"https://ada:hunter2@h/", "https://h/%zz", "ftp://ada:hunter2@h", "https://ada:hunter2@h/%zz", "https://ada:hunter2@h:x", "//h", "",
	} {
		f.Add(raw, false)
		f.Add(raw, true)
	}
	f.Fuzz(func(t *testing.T, raw string, insecure bool) {
		got, err := NormalizeURL(raw, insecure)
		if err != nil {
			if got != "" {
				t.Errorf("%q is refused and %q", raw, got)
			}
			if strings.Contains(raw, "ada:hunter2@") && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the refusal shows the password: %v", err)
			}
			return
		}
		if same, err := NormalizeURL(got, insecure); err != nil || same != got {
			t.Errorf("%q is %q, and that is %q (%v)", raw, got, same, err)
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q is %q, which is no URL: %v", raw, got, err)
		}
		given, err := url.Parse(strings.TrimSpace(raw))
		if err != nil || given.Host != u.Host || !strings.HasSuffix(u.Path, "/api/v1") || u.User != nil {
			t.Errorf("%q leads to %q", raw, got)
		}
		if u.Scheme == "http" && !insecure && !loopback(u.Hostname()) {
			t.Errorf("%q sends the key in clear text to %s", raw, u.Host)
		}
	})
}

// An id is one segment of a path, whatever it holds, or is refused.
func FuzzIDInPath(f *testing.F) {
	for _, id := range []string{"phi-4-mini", "1.0.0+build", "a/b", "..", ".", "", "%2e%2e", "a?b#c", "ä b", "\x00", "\xff", strings.Repeat("ä", MaxIDLength/2), strings.Repeat("ä", MaxIDLength/2) + "b"} {
		f.Add(id)
	}
	base, err := url.Parse(DefaultURL)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		r := request{operation: "read the model", path: join("models", id)}
		if checkPath(r) != nil {
			if id != "" && id != "." && id != ".." && len(id) <= MaxIDLength {
				t.Errorf("%q is refused", id)
			}
			return
		}
		sent, err := url.Parse(base.JoinPath(r.path).String())
		if err != nil {
			t.Fatalf("%q makes no URL: %v", id, err)
		}
		rest, below := strings.CutPrefix(sent.EscapedPath(), base.Path+"/models/")
		got, err := url.PathUnescape(rest)
		if !below || err != nil || got != id || strings.Contains(rest, "/") || sent.RawQuery != "" || sent.Fragment != "" {
			t.Errorf("%q is sent as %s", id, sent)
		}
	})
}
