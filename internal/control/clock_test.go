package control

import (
	"testing"
	"testing/synctest"
	"time"
)

// The bounds hold the server's clock between them, whatever this machine's shows.
//
// CONTRACT.md 1.79, 3.83
func TestServerTime(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"behind": -3 * time.Hour, "ahead": 400*24*time.Hour + 700*time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			dated := reply{status: 200, body: `[]`, header: map[string]string{"Date": time.Now().Add(skew).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}}
			c, _ := scripted(t, dated)
			if _, _, known := c.ServerTime(); known {
				t.Errorf("%s: a time is known before any answer", name)
			}
			if _, err := c.Rollouts(t.Context(), "m"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			is := time.Now().Add(skew)
			earliest, latest, known := c.ServerTime()
			if !known || earliest.After(is) || latest.Before(is) || latest.Sub(earliest) != time.Second {
				t.Errorf("%s: from %s to %s (%t); it is %s", name, earliest, latest, known, is)
			}
		})
	}
}
